// SPDX-License-Identifier: Apache-2.0

#include <sqlite3.h>

#include "shop.h"

Database OpenDatabase(const std::string& path) {
  sqlite3* connection = nullptr;
  // If this fails, so does every statement, with the reason.
  sqlite3_open_v2(path.c_str(), &connection, SQLITE_OPEN_READWRITE, nullptr);
  sqlite3_busy_timeout(connection, /*ms=*/5000);
  return Database(connection, sqlite3_close);
}

absl::StatusOr<Rows> Run(const Database& database, const std::string& sql) {
  Rows rows;
  const auto add = [](void* rows, int columns, char** values, char** /*names*/) {
    auto& row = static_cast<Rows*>(rows)->emplace_back();
    for (int i = 0; i < columns; ++i) row.emplace_back(values[i] == nullptr ? "" : values[i]);
    return 0;
  };
  if (sqlite3_exec(database.get(), sql.c_str(), add, &rows, nullptr) == SQLITE_OK) return rows;
  return absl::InternalError(sqlite3_errmsg(database.get()));
}
