// SPDX-License-Identifier: Apache-2.0

// "Transaction Integration". The guide's sample calls inside the transaction:
//
//   def update_user_with_cache_invalidation(user_id: str, data: dict):
//       def transaction():
//           db.update("users", user_id, data)
//           invalidate_by_write("user", user_id, "update")
//       return run_tx(transaction)
//
// A reader between the two put the old value back into the cache, where it stayed. Here the same
// function records the write where it is made, and the service is notified after the commit.

#include <map>
#include <string>
#include <utility>

#include "client/write_transaction.h"
#include "tests/guide/guide_test.h"

namespace cache_invalidation {
namespace {

using client::CommitOutcome;
using client::EntryState;
using client::FillOutcome;
using client::Position;
using client::TransactionResult;
using client::WriteTransaction;

// A table whose changes others see when they are committed.
class Database {
 public:
  void Update(const std::string& id, std::string data) { uncommitted_[id] = std::move(data); }
  CommitOutcome Commit() {
    for (auto& [id, data] : std::exchange(uncommitted_, {})) rows_[id] = std::move(data);
    return CommitOutcome::kCommitted;
  }
  CommitOutcome RollBack() {
    uncommitted_.clear();
    return CommitOutcome::kRolledBack;
  }
  std::string Read(const std::string& id) const { return rows_.at(id); }

 private:
  std::map<std::string, std::string> rows_ = {{"user123", "old"}};
  std::map<std::string, std::string> uncommitted_;
};

class TransactionsTest : public GuideTest {
 protected:
  // What a reader does after a miss: position, load, register. Answers whether it may keep the
  // value.
  FillOutcome Fill(const Position& position) {
    const auto answer = client_.TrackEntries(
        {{.key = "user123:profile", .tags = {"user:user123"}, .position = position}});
    EXPECT_TRUE(answer.ok()) << answer.status();
    return answer.ok() ? answer->results.at(0).outcome : FillOutcome::kRefusedPosition;
  }

  Database db_;
};

TEST_F(TransactionsTest, UpdateUserWithCacheInvalidation) {
  const auto update_user = [this](const std::string& id, const std::string& data) {
    WriteTransaction transaction(client_);
    db_.Update(id, data);
    transaction.Add("user", id, "update");
    return transaction.Commit([this] { return db_.Commit(); });
  };
  const TransactionResult result = update_user("user123", "new");
  ASSERT_TRUE(result.ok()) << result.invalidation_status;
  EXPECT_EQ(db_.Read("user123"), "new");
  EXPECT_EQ(EventAt(result.invalidation->position.revision),
            Strings({"evict tag user:#all", "evict tag user:user123", "evict tag user_forms",
                     "evict tag user_preferences", "evict tag user_session"}));
}

// The race that the guide's sample loses.
TEST_F(TransactionsTest, AReaderInBetweenDoesNotKeepTheOldValue) {
  Position position = Stats().position;
  std::string loaded;
  WriteTransaction transaction(client_);
  db_.Update("user123", "new");
  transaction.Add("user", "user123", "update");
  const TransactionResult result = transaction.Commit([&] {
    loaded = db_.Read("user123");
    EXPECT_EQ(Fill(position), FillOutcome::kKept) << "nothing has happened yet";
    return db_.Commit();
  });
  ASSERT_TRUE(result.ok()) << result.invalidation_status;
  EXPECT_EQ(loaded, "old");
  EXPECT_EQ(client_.LookupEntry("user123:profile")->state, EntryState::kAbsent);
  EXPECT_EQ(Fill(position), FillOutcome::kRefusedMoved) << "one that comes later still";
}

TEST_F(TransactionsTest, ARolledBackTransactionInvalidatesNothing) {
  WriteTransaction transaction(client_);
  db_.Update("user123", "new");
  transaction.Add("user", "user123", "update");
  EXPECT_EQ(transaction.Commit([this] { return db_.RollBack(); }).outcome,
            CommitOutcome::kRolledBack);
  EXPECT_EQ(Stats().position.revision, 0u);
}

TEST_F(TransactionsTest, ATransactionIsOneEvent) {
  WriteTransaction transaction(client_);
  transaction.Add("account", "1", "update");
  transaction.Add("account", "2", "update");
  const TransactionResult result = transaction.Commit([] { return CommitOutcome::kCommitted; });
  ASSERT_TRUE(result.ok()) << result.invalidation_status;
  EXPECT_EQ(result.invalidation->position.revision, 1u);
  EXPECT_EQ(EventAt(1),
            Strings({"evict tag account:#all", "evict tag account:1", "evict tag account:2"}));
}

}  // namespace
}  // namespace cache_invalidation
