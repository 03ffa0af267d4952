// SPDX-License-Identifier: Apache-2.0

#include "outbox_table.h"

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cache_invalidation/client/json.h"
#include "cache_invalidation/client/recorded_writes.h"

using cache_invalidation::client::Client;
using cache_invalidation::client::InvalidateByRecordedWrites;
using cache_invalidation::client::JsonFields;
using cache_invalidation::client::ToJson;
using cache_invalidation::client::WriteEvent;

namespace {

// How many writes one call sends at most; they are one event.
constexpr int kBatch = 1000;

using Statement = std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)>;

absl::Status ErrorOf(sqlite3* database) { return absl::InternalError(sqlite3_errmsg(database)); }

absl::StatusOr<Statement> Prepare(sqlite3* database, const char* sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(database, sql, -1, &statement, nullptr) != SQLITE_OK) {
    return ErrorOf(database);
  }
  return Statement(statement, sqlite3_finalize);
}

struct Recorded {
  std::vector<int64_t> ids;
  std::vector<std::string> writes;
};

absl::StatusOr<Recorded> Read(sqlite3* database) {
  absl::StatusOr<Statement> select =
      Prepare(database, "SELECT id, write FROM invalidation_outbox ORDER BY id LIMIT ?");
  if (!select.ok()) return select.status();
  sqlite3_bind_int(select->get(), 1, kBatch);
  Recorded recorded;
  int result = sqlite3_step(select->get());
  for (; result == SQLITE_ROW; result = sqlite3_step(select->get())) {
    recorded.ids.push_back(sqlite3_column_int64(select->get(), 0));
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(select->get(), 1));
    recorded.writes.push_back(text == nullptr ? "" : text);
  }
  if (result != SQLITE_DONE) return ErrorOf(database);
  return recorded;
}

// One by one, not up to the last: in other databases a transaction with a smaller id may commit
// later.
absl::Status Delete(sqlite3* database, const std::vector<int64_t>& ids) {
  absl::StatusOr<Statement> remove =
      Prepare(database, "DELETE FROM invalidation_outbox WHERE id = ?");
  if (!remove.ok()) return remove.status();
  if (sqlite3_exec(database, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr) != SQLITE_OK) {
    return ErrorOf(database);
  }
  for (const int64_t id : ids) {
    sqlite3_bind_int64(remove->get(), 1, id);
    if (sqlite3_step(remove->get()) != SQLITE_DONE || sqlite3_reset(remove->get()) != SQLITE_OK) {
      absl::Status error = ErrorOf(database);
      sqlite3_exec(database, "ROLLBACK", nullptr, nullptr, nullptr);
      return error;
    }
  }
  if (sqlite3_exec(database, "COMMIT", nullptr, nullptr, nullptr) != SQLITE_OK) {
    absl::Status error = ErrorOf(database);
    sqlite3_exec(database, "ROLLBACK", nullptr, nullptr, nullptr);
    return error;
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status OutboxTable::Create() {
  constexpr char kTable[] =
      "CREATE TABLE IF NOT EXISTS invalidation_outbox "
      "(id INTEGER PRIMARY KEY AUTOINCREMENT, write TEXT NOT NULL)";
  if (sqlite3_exec(database_, kTable, nullptr, nullptr, nullptr) != SQLITE_OK) {
    return ErrorOf(database_);
  }
  return absl::OkStatus();
}

absl::Status OutboxTable::Add(const WriteEvent& write) {
  absl::StatusOr<Statement> insert =
      Prepare(database_, "INSERT INTO invalidation_outbox (write) VALUES (?)");
  if (!insert.ok()) return insert.status();
  const std::string json = ToJson(write, JsonFields::kSet);
  sqlite3_bind_text(insert->get(), 1, json.data(), static_cast<int>(json.size()), SQLITE_TRANSIENT);
  return sqlite3_step(insert->get()) == SQLITE_DONE ? absl::OkStatus() : ErrorOf(database_);
}

absl::StatusOr<int> OutboxTable::Send(const Client& client) {
  int sent = 0;
  while (true) {
    absl::StatusOr<Recorded> recorded = Read(database_);
    if (!recorded.ok()) return recorded.status();
    if (recorded->ids.empty()) return sent;
    const absl::Status told =
        InvalidateByRecordedWrites(client, {.writes = std::move(recorded->writes)}).status();
    if (!told.ok()) return told;
    const absl::Status deleted = Delete(database_, recorded->ids);
    if (!deleted.ok()) return deleted;
    sent += static_cast<int>(recorded->ids.size());
  }
}
