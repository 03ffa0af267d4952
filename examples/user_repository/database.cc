// SPDX-License-Identifier: Apache-2.0

#include "database.h"

#include <sqlite3.h>

#include <memory>
#include <utility>

namespace {

constexpr int kBusyTimeoutMilliseconds = 5000;

}  // namespace

absl::StatusOr<Database> Database::Open(const std::string& path) {
  sqlite3* connection = nullptr;
  const int result = sqlite3_open(path.c_str(), &connection);
  Database database(connection);  // must be closed even after an error
  if (result != SQLITE_OK) return database.Error();
  sqlite3_busy_timeout(connection, kBusyTimeoutMilliseconds);
  // With WAL, readers do not wait for writers.
  if (auto set = database.Run("PRAGMA journal_mode = WAL"); !set.ok()) return set.status();
  return database;
}

Database::Database(Database&& other) : connection_(std::exchange(other.connection_, nullptr)) {}

Database::~Database() { sqlite3_close(connection_); }

absl::StatusOr<std::vector<Database::Row>> Database::Run(const std::string& sql,
                                                         const Row& parameters) {
  sqlite3_stmt* raw = nullptr;
  if (sqlite3_prepare_v2(connection_, sql.c_str(), -1, &raw, nullptr) != SQLITE_OK) return Error();
  const std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> statement(raw, sqlite3_finalize);

  int index = 0;
  for (const std::string& parameter : parameters) {
    sqlite3_bind_text(raw, ++index, parameter.data(), static_cast<int>(parameter.size()),
                      SQLITE_TRANSIENT);
  }

  std::vector<Row> rows;
  int result = sqlite3_step(raw);
  for (; result == SQLITE_ROW; result = sqlite3_step(raw)) {
    Row& row = rows.emplace_back();
    for (int column = 0; column < sqlite3_column_count(raw); ++column) {
      const unsigned char* text = sqlite3_column_text(raw, column);
      row.emplace_back(text == nullptr ? "" : reinterpret_cast<const char*>(text));
    }
  }
  if (result != SQLITE_DONE) return Error();
  return rows;
}

bool Database::in_transaction() const { return sqlite3_get_autocommit(connection_) == 0; }

absl::Status Database::Error() const {
  return absl::InternalError(connection_ == nullptr ? "out of memory"
                                                    : sqlite3_errmsg(connection_));
}
