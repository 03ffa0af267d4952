// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_POSTGRES_SQL_CONNECTION_H_
#define CACHE_INVALIDATION_TESTS_POSTGRES_SQL_CONNECTION_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

struct pg_conn;    // of libpq
struct pg_result;  // of libpq

namespace cache_invalidation {

// Values as PostgreSQL writes them; none for NULL.
using SqlRow = std::vector<std::optional<std::string>>;

// A connection to a PostgreSQL server.
//
// Errors: UNAVAILABLE if there is no connection, or it is lost; UNKNOWN if the server refuses a
// statement. The message begins with the SQLSTATE.
// Threads: thread-compatible.
class SqlConnection {
 public:
  static absl::StatusOr<std::unique_ptr<SqlConnection>> Connect(
      const std::string& connection_string);

  ~SqlConnection();

  SqlConnection(const SqlConnection&) = delete;
  SqlConnection& operator=(const SqlConnection&) = delete;

  // Runs one or more statements, and returns the rows of the last one. Several are one transaction
  // unless they contain transaction commands.
  absl::StatusOr<std::vector<SqlRow>> Run(const std::string& statements);

  // Runs a `COPY ... FROM STDIN` with these lines.
  absl::Status Copy(const std::string& statement, const std::string& lines);

  // Returns whether the server is known to have closed the connection.
  bool is_broken() const;

 private:
  explicit SqlConnection(pg_conn* connection) : connection_(connection) {}

  absl::Status Error(const pg_result* result) const;

  pg_conn* const connection_;
};

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_POSTGRES_SQL_CONNECTION_H_
