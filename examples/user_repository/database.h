// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_EXAMPLES_USER_REPOSITORY_DATABASE_H_
#define CACHE_INVALIDATION_EXAMPLES_USER_REPOSITORY_DATABASE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

struct sqlite3;

// A connection to an SQLite database. For one thread at a time.
class Database {
 public:
  using Row = std::vector<std::string>;

  // Opens the file, or creates it. Its statements wait for other writers.
  static absl::StatusOr<Database> Open(const std::string& path);

  Database(Database&& other);
  Database& operator=(Database&&) = delete;
  ~Database();

  // Runs one statement, with each `?` in it bound to a text. Returns the rows.
  absl::StatusOr<std::vector<Row>> Run(const std::string& sql, const Row& parameters = {});

  // Returns whether a transaction is open: false once a COMMIT or ROLLBACK has taken effect.
  bool in_transaction() const;

 private:
  explicit Database(sqlite3* connection) : connection_(connection) {}

  absl::Status Error() const;

  sqlite3* connection_;
};

#endif  // CACHE_INVALIDATION_EXAMPLES_USER_REPOSITORY_DATABASE_H_
