// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_CONNECT_POSTGRES_POSTGRES_CONNECTION_H_
#define CACHE_INVALIDATION_CLIENT_CONNECT_POSTGRES_POSTGRES_CONNECTION_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/clock.h"

struct pg_conn;    // of libpq
struct pg_result;  // of libpq

namespace cache_invalidation::connect {

struct PostgresOptions {
  // Of libpq, as a URI or as words such as "host=db dbname=shop user=ci_connect".
  std::string connection = {};
  std::string password = {};  // empty: libpq's own sources

  // After so much silence PostgreSQL ends the connection, and so do we.
  absl::Duration wal_sender_timeout = absl::Seconds(30);
};

// Values as PostgreSQL writes them; none for NULL.
using Values = std::vector<std::optional<std::string>>;

// A connection to PostgreSQL, for SQL or for replication. What the text of a value depends on is
// pinned, whatever the role's and the database's settings: dates are ISO, times in UTC. Texts are
// UTF-8, or any bytes if the database has no encoding.
//
// Every wait ends at its deadline, or when `interrupt` is readable: a file descriptor. Errors:
// UNAVAILABLE if there is no connection, or it is lost; CANCELLED if interrupted;
// DEADLINE_EXCEEDED; FAILED_PRECONDITION if PostgreSQL refuses a statement. After any of the first
// three only the destructor may be called. Thread-compatible.
class PostgresConnection {
 public:
  enum class Kind { kSql, kReplication };

  // `interrupt` may be -1. `clock` must outlive it.
  static absl::StatusOr<std::unique_ptr<PostgresConnection>> Connect(const PostgresOptions& options,
                                                                     Kind kind, int interrupt,
                                                                     const Clock& clock);
  ~PostgresConnection();

  PostgresConnection(const PostgresConnection&) = delete;
  PostgresConnection& operator=(const PostgresConnection&) = delete;

  // Runs one statement and returns its rows. A replication connection takes no parameters.
  absl::StatusOr<std::vector<Values>> Query(const std::string& statement,
                                            const std::vector<std::string>& parameters = {},
                                            absl::Duration within = absl::Seconds(10));

  int socket() const;
  int server_version() const;

  // Takes what has arrived. Returns whether the connection is still open.
  bool Receive();

  // After START_REPLICATION only these two, and Receive, may be called. Returns the next frame that
  // has been received; nothing if there is none.
  absl::StatusOr<std::optional<std::string>> NextFrame();
  // Sends without blocking for longer than a full socket takes.
  absl::Status Send(const std::string& frame);

  // `text` within double quotes, as a name in SQL, and within single quotes.
  static std::string QuoteName(const std::string& text);
  static std::string QuoteText(const std::string& text);

 private:
  PostgresConnection(pg_conn* connection, int interrupt, const Clock& clock)
      : connection_(connection), interrupt_(interrupt), clock_(clock) {}

  absl::Status FinishConnecting();
  absl::Status Pin(absl::Duration wal_sender_timeout);
  // Blocks until the socket has these events.
  absl::Status Await(short events, absl::Duration until) const;
  absl::Status AwaitResult(absl::Duration until) const;
  absl::Status ErrorOf(const pg_result* result) const;
  absl::Status Lost() const;

  pg_conn* const connection_;
  const int interrupt_;
  const Clock& clock_;
};

}  // namespace cache_invalidation::connect

#endif  // CACHE_INVALIDATION_CLIENT_CONNECT_POSTGRES_POSTGRES_CONNECTION_H_
