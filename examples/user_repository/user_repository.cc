// SPDX-License-Identifier: Apache-2.0

#include "user_repository.h"

#include <utility>

#include "cache_invalidation/client/write_transaction.h"

using namespace cache_invalidation::client;
using cache_invalidation::JsonValue;

namespace {

User FromRow(const Database::Row& row) { return {.id = row[0], .name = row[1], .tenant = row[2]}; }

// If the call did not wait, because too many were waiting, `waiting` is absent.
bool EveryCacheIsDone(const WriteResult& result) {
  return result.waiting.has_value() && result.waiting->complete();
}

}  // namespace

UserRepository::UserRepository(Database database, Client client, Options options)
    : database_(std::move(database)),
      wait_for_caches_(options.wait_for_caches),
      client_(std::move(client)),
      users_(client_, std::move(options.cache)),
      lists_(users_) {}

absl::Status UserRepository::CreateTable() {
  return database_
      .Run("CREATE TABLE IF NOT EXISTS users (id TEXT PRIMARY KEY, name TEXT, tenant TEXT)")
      .status();
}

absl::StatusOr<User> UserRepository::Read(const std::string& id) {
  auto rows = database_.Run("SELECT id, name, tenant FROM users WHERE id = ?", {id});
  if (!rows.ok()) return rows.status();
  if (rows->empty()) return absl::NotFoundError("no user " + id);
  return FromRow(rows->front());
}

absl::StatusOr<User> UserRepository::Find(const std::string& id) {
  auto user = users_.GetOrLoad("user:" + id, [&](Load& load) {
    load.AddTag("user:" + id);
    return Read(id);
  });
  if (!user.ok()) return user.status();
  return **user;
}

absl::StatusOr<std::vector<User>> UserRepository::FindByTenant(const std::string& tenant) {
  auto users = lists_.GetOrLoad(
      "tenant_users:" + tenant, [&](Load& load) -> absl::StatusOr<std::vector<User>> {
        // Any write of a user can change the list: every write invalidates `user:#all`.
        load.AddTag("user:#all");
        auto rows = database_.Run("SELECT id, name, tenant FROM users WHERE tenant = ? ORDER BY id",
                                  {tenant});
        if (!rows.ok()) return rows.status();
        std::vector<User> found;
        for (const Database::Row& row : *rows) found.push_back(FromRow(row));
        return found;
      });
  if (!users.ok()) return users.status();
  return **users;
}

absl::Status UserRepository::Insert(const User& user) {
  return Write(user.id, "insert", "INSERT INTO users (id, name, tenant) VALUES (?, ?, ?)",
               {user.id, user.name, user.tenant}, {{"name", user.name}, {"tenant", user.tenant}});
}

absl::Status UserRepository::Update(const User& user) {
  return Write(user.id, "update", "UPDATE users SET name = ?, tenant = ? WHERE id = ?",
               {user.name, user.tenant, user.id}, {{"name", user.name}, {"tenant", user.tenant}});
}

absl::Status UserRepository::Delete(const std::string& id) {
  return Write(id, "delete", "DELETE FROM users WHERE id = ?", {id}, {});
}

absl::Status UserRepository::Write(const std::string& id, const std::string& operation,
                                   const std::string& sql, const Database::Row& parameters,
                                   JsonValue::Object values) {
  WriteTransactionOptions options;
  // Every later read, in any process, then returns what was written.
  if (wait_for_caches_) options.wait = WaitForSubscribers{};
  options.on_unsent = [this](const UnsentWrites& unsent) {
    unsent.everything ? users_.DropEverything() : users_.Drop(unsent.tags);
  };
  WriteTransaction transaction(client_, std::move(options));

  if (auto begun = database_.Run("BEGIN IMMEDIATE"); !begun.ok()) return begun.status();
  // Lets rules name the old owner too (`tenant:{context.tenant}` drops the pages of both tenants).
  if (auto old = Read(id); old.ok()) {
    values.push_back({"old", JsonValue::Object{{"name", old->name}, {"tenant", old->tenant}}});
  }
  if (auto changed = database_.Run(sql, parameters); !changed.ok()) {
    database_.Run("ROLLBACK").IgnoreError();
    return changed.status();
  }
  transaction.Add("user", id, operation, std::move(values));

  const TransactionResult result = transaction.Commit([&]() -> absl::StatusOr<CommitOutcome> {
    auto committed = database_.Run("COMMIT");
    if (committed.ok()) return CommitOutcome::kCommitted;
    // The transaction is still open, so nothing was committed.
    if (database_.in_transaction() && database_.Run("ROLLBACK").ok()) {
      return CommitOutcome::kRolledBack;
    }
    return committed.status();
  });
  if (result.outcome == CommitOutcome::kRolledBack) return absl::AbortedError("rolled back");
  if (result.outcome == CommitOutcome::kUnknown) return result.commit_status;
  // It is committed; other caches can serve the old value until the service has been notified.
  if (!result.invalidation_status.ok()) return result.invalidation_status;
  if (wait_for_caches_ && !EveryCacheIsDone(*result.invalidation)) {
    return absl::DeadlineExceededError("written; some caches have not dropped the old value yet");
  }
  return absl::OkStatus();
}
