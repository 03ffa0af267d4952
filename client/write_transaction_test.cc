// SPDX-License-Identifier: Apache-2.0

#include "client/write_transaction.h"

#include <deque>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "client/testing/unimplemented_connection.h"
#include "common/limits.h"
#include "gtest/gtest.h"

namespace cache_invalidation::client {
namespace {

using Strings = std::vector<std::string>;

// Returns scripted errors from InvalidateByWrites and Invalidate, then revision 7; records the
// requests, and whether the database had committed by then.
class TransactionConnection final : public UnimplementedConnection {
 public:
  using UnimplementedConnection::Start;

  void Start(const InvalidateByWritesParams& params, ResultCallback<WriteResult> done) override {
    sent.push_back(params);
    sent_after_commit.push_back(*committed);
    const absl::Status status = Next();
    if (!status.ok()) return done(status);
    done(WriteResult{.position = {.epoch = "e", .revision = 7}});
  }

  void Start(const InvalidateParams& params, ResultCallback<InvalidationResult> done) override {
    invalidated.push_back(params);
    const absl::Status status = Next();
    if (!status.ok()) return done(status);
    done(InvalidationResult{.position = {.epoch = "e", .revision = 7}, .widened = 1});
  }

  std::string NamespaceName() const override { return namespace_name; }
  absl::Status OptionsStatus() const override { return options_status; }

  const bool* committed = nullptr;
  std::string namespace_name;
  absl::Status options_status;
  std::deque<absl::Status> script;
  std::vector<InvalidateParams> invalidated;
  std::vector<InvalidateByWritesParams> sent;
  std::vector<bool> sent_after_commit;

 private:
  absl::Status Next() {
    if (script.empty()) return absl::OkStatus();
    absl::Status status = script.front();
    script.pop_front();
    return status;
  }
};

class WriteTransactionTest : public testing::Test {
 protected:
  WriteTransactionTest() {
    connection_->committed = &committed_;
    options_.on_unsent = [this](const UnsentWrites& unsent) { unsent_.push_back(unsent); };
  }

  WriteTransaction Begin() { return WriteTransaction(Client(connection_), options_); }

  // A database commit with this outcome.
  template <typename Answer>
  auto Commits(Answer answer) {
    return [this, answer] {
      committed_ = true;
      return answer;
    };
  }

  bool committed_ = false;
  std::shared_ptr<TransactionConnection> connection_ = std::make_shared<TransactionConnection>();
  WriteTransactionOptions options_;
  std::vector<UnsentWrites> unsent_;
};

TEST_F(WriteTransactionTest, SendsAllWritesAsOneCommandAfterTheCommit) {
  WriteTransaction transaction = Begin();
  transaction.Add("user", "1", "update", {{"tenant", "acme"}});
  transaction.Add({.resource_type = "order", .resource_id = "2", .tags = {"report"}});
  EXPECT_TRUE(connection_->sent.empty());
  const TransactionResult result = transaction.Commit(Commits(CommitOutcome::kCommitted));
  EXPECT_TRUE(result.ok());
  ASSERT_EQ(connection_->sent.size(), 1u);
  EXPECT_EQ(connection_->sent[0].writes,
            std::vector<WriteEvent>(
                {{.resource_type = "user",
                  .resource_id = "1",
                  .operation = "update",
                  .context = {{"tenant", "acme"}}},
                 {.resource_type = "order", .resource_id = "2", .tags = {"report"}}}));
  EXPECT_TRUE(connection_->sent_after_commit[0]);
  EXPECT_EQ(result.invalidation->position.revision, 7u);
  EXPECT_EQ(result.widened, 0u);
  EXPECT_TRUE(unsent_.empty());
}

TEST_F(WriteTransactionTest, SendsWhatIsAddedWhileItCommits) {
  for (const bool before : {false, true}) {
    WriteTransaction transaction = Begin();
    if (before) transaction.Add("user", "1", "update");
    const TransactionResult result = transaction.Commit([&] {
      transaction.Add("order", "2", "insert");
      committed_ = true;
      return CommitOutcome::kCommitted;
    });
    EXPECT_TRUE(result.ok());
    ASSERT_FALSE(connection_->sent.empty());
    const std::vector<WriteEvent>& sent = connection_->sent.back().writes;
    ASSERT_EQ(sent.size(), before ? 2u : 1u);
    EXPECT_EQ(sent.back().resource_id, "2");
    transaction.Commit(Commits(CommitOutcome::kCommitted));
  }
  EXPECT_EQ(connection_->sent.size(), 2u) << "and nothing of it later";
}

// It is too late to refuse it.
TEST_F(WriteTransactionTest, WidensWhatIsMalformedAndAddedWhileItCommits) {
  connection_->script = {absl::InvalidArgumentError("writes[0].resource_type: ...")};
  WriteTransaction transaction = Begin();
  const TransactionResult result = transaction.Commit([&] {
    transaction.Add("user:profile", "1", "update");
    return CommitOutcome::kCommitted;
  });
  EXPECT_TRUE(result.ok());
  EXPECT_EQ(result.widened, 1u);
  // The object is as new.
  transaction.Add("user", "1", "update");
  EXPECT_TRUE(transaction.Commit(Commits(CommitOutcome::kCommitted)).ok());
}

TEST_F(WriteTransactionTest, SendsNothingIfItWasRolledBack) {
  WriteTransaction transaction = Begin();
  transaction.Add("user", "1", "update");
  const TransactionResult result = transaction.Commit(Commits(CommitOutcome::kRolledBack));
  EXPECT_EQ(result.outcome, CommitOutcome::kRolledBack);
  EXPECT_TRUE(result.commit_status.ok());
  EXPECT_TRUE(result.invalidation_status.ok());
  EXPECT_FALSE(result.ok());
  EXPECT_FALSE(result.invalidation.has_value());
  EXPECT_TRUE(connection_->sent.empty());
}

TEST_F(WriteTransactionTest, SendsNothingIfItNeverCameToItsCommit) {
  Begin().Add("user", "1", "update");
  EXPECT_TRUE(connection_->sent.empty());
  EXPECT_TRUE(unsent_.empty());
}

TEST_F(WriteTransactionTest, SendsWhatIsUnknown) {
  WriteTransaction transaction = Begin();
  transaction.Add("user", "1", "update");
  const TransactionResult result = transaction.Commit(Commits(CommitOutcome::kUnknown));
  EXPECT_EQ(result.outcome, CommitOutcome::kUnknown);
  EXPECT_FALSE(result.ok());
  EXPECT_EQ(connection_->sent.size(), 1u);
}

TEST_F(WriteTransactionTest, AnErrorOfTheCommitIsUnknown) {
  const absl::Status lost = absl::UnavailableError("connection to the database lost");
  WriteTransaction transaction = Begin();
  transaction.Add("user", "1", "update");
  const TransactionResult from_status = transaction.Commit(Commits(lost));
  transaction.Add("user", "1", "update");
  const TransactionResult from_status_or =
      transaction.Commit(Commits(absl::StatusOr<CommitOutcome>(lost)));
  for (const TransactionResult& result : {from_status, from_status_or}) {
    EXPECT_EQ(result.outcome, CommitOutcome::kUnknown);
    EXPECT_EQ(result.commit_status, lost);
    EXPECT_TRUE(result.invalidation_status.ok());
  }
  EXPECT_EQ(connection_->sent.size(), 2u);
}

TEST_F(WriteTransactionTest, AStatusWithoutErrorIsCommitted) {
  EXPECT_EQ(Begin().Commit(Commits(absl::OkStatus())).outcome, CommitOutcome::kCommitted);
}

TEST_F(WriteTransactionTest, AnExceptionIsPassedOnAfterSending) {
  WriteTransaction transaction = Begin();
  transaction.Add("user", "1", "update");
  const auto throws = []() -> CommitOutcome { throw std::runtime_error("in doubt"); };
  EXPECT_THROW(transaction.Commit(throws), std::runtime_error);
  EXPECT_EQ(connection_->sent.size(), 1u);

  connection_->script = {absl::UnavailableError("draining")};
  transaction.Add("user", "2", "update");
  EXPECT_THROW(transaction.Commit(throws), std::runtime_error);
  ASSERT_EQ(unsent_.size(), 1u);
  EXPECT_EQ(unsent_[0].tags, Strings({"user:#all", "user:2"}));
}

TEST_F(WriteTransactionTest, WithoutWritesThereIsNothingToSend) {
  const TransactionResult result = Begin().Commit(Commits(CommitOutcome::kCommitted));
  EXPECT_TRUE(result.ok());
  EXPECT_TRUE(committed_);
  EXPECT_TRUE(connection_->sent.empty());
}

TEST_F(WriteTransactionTest, TellsWhatCouldNotBeSent) {
  connection_->namespace_name = "shop";
  connection_->script = {absl::UnavailableError("draining")};
  WriteTransaction transaction = Begin();
  transaction.Add("user", "2", "update");
  transaction.Add("user", "a:1", "update");
  transaction.Add({.resource_type = "log", .tags = {"report:daily"}});
  const TransactionResult result = transaction.Commit(Commits(CommitOutcome::kCommitted));
  EXPECT_EQ(result.outcome, CommitOutcome::kCommitted);
  EXPECT_EQ(result.invalidation_status, absl::UnavailableError("draining"));
  EXPECT_FALSE(result.ok());
  ASSERT_EQ(unsent_.size(), 1u);
  EXPECT_EQ(unsent_[0].namespace_name, "shop");
  EXPECT_EQ(unsent_[0].writes.size(), 3u);
  EXPECT_EQ(unsent_[0].tags,
            Strings({"log", "report:daily", "user:#all", "user:2", "user:a%3A1", "user:a:1"}));
  EXPECT_EQ(unsent_[0].status, absl::UnavailableError("draining"));
}

TEST_F(WriteTransactionTest, WithoutACallbackTheResultTells) {
  options_.on_unsent = nullptr;
  connection_->script = {absl::DeadlineExceededError("late")};
  WriteTransaction transaction = Begin();
  transaction.Add("user", "1", "update");
  EXPECT_EQ(transaction.Commit(Commits(CommitOutcome::kCommitted)).invalidation_status,
            absl::DeadlineExceededError("late"));
}

TEST_F(WriteTransactionTest, PassesOptionsOn) {
  options_.wait = WaitForSubscribers{.timeout = absl::Seconds(3)};
  options_.call = {.namespace_name = "shop", .deadline = absl::Seconds(9), .request_id = "r"};
  WriteTransaction transaction = Begin();
  transaction.Add("user", "1", "update");
  EXPECT_TRUE(transaction.Commit(Commits(CommitOutcome::kCommitted)).ok());
  ASSERT_EQ(connection_->sent.size(), 1u);
  EXPECT_EQ(connection_->sent[0].wait->timeout, absl::Seconds(3));
  EXPECT_EQ(connection_->sent[0].options.namespace_name, "shop");
  EXPECT_EQ(connection_->sent[0].options.deadline, absl::Seconds(9));
  EXPECT_EQ(connection_->sent[0].options.request_id, "r");
}

TEST_F(WriteTransactionTest, SendsWithoutWaitingIfTooManyWait) {
  options_.wait = WaitForSubscribers{};
  connection_->script = {absl::ResourceExhaustedError("too many calls wait")};
  WriteTransaction transaction = Begin();
  transaction.Add("user", "1", "update");
  const TransactionResult result = transaction.Commit(Commits(CommitOutcome::kCommitted));
  EXPECT_TRUE(result.ok());
  EXPECT_FALSE(result.invalidation->waiting.has_value());
  ASSERT_EQ(connection_->sent.size(), 2u);
  EXPECT_TRUE(connection_->sent[0].wait.has_value());
  EXPECT_FALSE(connection_->sent[1].wait.has_value());
  EXPECT_EQ(connection_->sent[1].writes.size(), 1u);
}

TEST_F(WriteTransactionTest, ATransactionOfAnySizeFits) {
  WriteTransaction transaction = Begin();
  for (size_t i = 0; i <= kMaxWritesPerCommand; ++i) {
    transaction.Add("user", std::to_string(i), "update");
  }
  const TransactionResult result = transaction.Commit(Commits(CommitOutcome::kCommitted));
  EXPECT_EQ(result.widened, kMaxWritesPerCommand + 1);
  ASSERT_EQ(connection_->sent.size(), 1u);
  EXPECT_EQ(connection_->sent[0].writes,
            std::vector<WriteEvent>({{.resource_type = "user", .operation = "update"}}));
}

TEST_F(WriteTransactionTest, DoesNotCommitWhatTheServiceWouldRefuse) {
  const auto refusal = [this](const WriteEvent& write) {
    WriteTransaction transaction = Begin();
    transaction.Add("user", "1", "update");
    transaction.Add(write);
    const TransactionResult result = transaction.Commit(Commits(CommitOutcome::kCommitted));
    EXPECT_EQ(result.outcome, CommitOutcome::kRolledBack);
    EXPECT_EQ(result.commit_status.code(), absl::StatusCode::kInvalidArgument);
    const std::string message(result.commit_status.message());
    return message.substr(0, message.find(": "));
  };
  EXPECT_EQ(refusal({.resource_type = "user:profile"}), "writes[1].resource_type");
  EXPECT_EQ(refusal({.resource_type = "user", .operation = "\n"}), "writes[1].operation");
  EXPECT_EQ(refusal({.resource_type = "user", .tags = {"a", ""}}), "writes[1].tags[1]");
  EXPECT_FALSE(committed_);
  EXPECT_TRUE(connection_->sent.empty());
}

TEST_F(WriteTransactionTest, DoesNotCommitUnderOptionsThatTheServiceWouldRefuse) {
  const auto refusal = [this] {
    WriteTransaction transaction = Begin();
    transaction.Add("user", "1", "update");
    const TransactionResult result = transaction.Commit(Commits(CommitOutcome::kCommitted));
    EXPECT_EQ(result.outcome, CommitOutcome::kRolledBack);
    EXPECT_EQ(result.commit_status.code(), absl::StatusCode::kInvalidArgument);
    options_.call = {};
    options_.wait.reset();
    const std::string message(result.commit_status.message());
    return message.substr(0, message.find(": "));
  };
  for (const absl::Duration timeout :
       {absl::ZeroDuration(), absl::Seconds(121), -absl::Seconds(1), absl::InfiniteDuration()}) {
    options_.wait = WaitForSubscribers{.timeout = timeout};
    EXPECT_EQ(refusal(), "wait.timeout");
  }
  options_.call.namespace_name = "Shop";
  EXPECT_EQ(refusal(), "call.namespace_name");
  options_.call.request_id = std::string(kMaxRequestIdBytes + 1, 'x');
  EXPECT_EQ(refusal(), "call.request_id");
  options_.call.deadline = absl::ZeroDuration();
  EXPECT_EQ(refusal(), "call.deadline");
  options_.call.metadata = {{"Upper", "1"}};
  EXPECT_EQ(refusal(), "call.metadata[0]");
  connection_->options_status = absl::InvalidArgumentError("endpoint: expected host:port");
  EXPECT_EQ(refusal(), "endpoint");
  connection_->options_status = absl::OkStatus();
  connection_->namespace_name = "no namespace";
  EXPECT_EQ(refusal(), "call.namespace_name") << "the connection's";
  EXPECT_FALSE(committed_);
  EXPECT_TRUE(connection_->sent.empty());

  WriteTransaction empty = Begin();
  EXPECT_TRUE(empty.Commit(Commits(CommitOutcome::kCommitted)).ok()) << "nothing is to be told";
}

TEST_F(WriteTransactionTest, AWriteOfManyTagsIsToldForItsType) {
  WriteTransaction transaction = Begin();
  transaction.Add({.resource_type = "user",
                   .resource_id = "1",
                   .operation = "update",
                   .tags = Strings(kMaxTagsPerWrite + 1, "a")});
  EXPECT_EQ(transaction.Commit(Commits(CommitOutcome::kCommitted)).widened, 1u);
  ASSERT_EQ(connection_->sent.size(), 1u);
  EXPECT_EQ(connection_->sent[0].writes[0].resource_id, "");
}

// The database has committed: what the service refuses is sent less precisely, never dropped.
TEST_F(WriteTransactionTest, TellsARefusedTransactionByItsTypes) {
  for (const absl::StatusCode code :
       {absl::StatusCode::kInvalidArgument, absl::StatusCode::kResourceExhausted,
        absl::StatusCode::kUnimplemented, absl::StatusCode::kOutOfRange,
        absl::StatusCode::kFailedPrecondition}) {
    connection_->sent.clear();
    connection_->script = {absl::Status(code, "refused")};
    WriteTransaction transaction = Begin();
    transaction.Add("user", "1", "update");
    transaction.Add({.resource_type = "user", .resource_id = "2", .tags = {"page:7"}});
    const TransactionResult result = transaction.Commit(Commits(CommitOutcome::kCommitted));
    EXPECT_TRUE(result.ok());
    EXPECT_EQ(result.widened, 2u);
    ASSERT_EQ(connection_->sent.size(), 2u);
    EXPECT_EQ(connection_->sent[1].writes,
              std::vector<WriteEvent>({{.resource_type = "page"}, {.resource_type = "user"}}));
  }
  EXPECT_TRUE(unsent_.empty());
}

TEST_F(WriteTransactionTest, TellsEverythingIfTheTypesAreRefused) {
  options_.wait = WaitForSubscribers{};
  options_.call.namespace_name = "shop";
  connection_->script = {absl::InvalidArgumentError("no"), absl::InvalidArgumentError("no")};
  WriteTransaction transaction = Begin();
  transaction.Add("user", "1", "update");
  const TransactionResult result = transaction.Commit(Commits(CommitOutcome::kCommitted));
  EXPECT_TRUE(result.ok());
  EXPECT_EQ(result.invalidation->position.revision, 7u);
  ASSERT_EQ(connection_->invalidated.size(), 1u);
  EXPECT_TRUE(connection_->invalidated[0].everything);
  EXPECT_EQ(connection_->invalidated[0].options.namespace_name, "shop");
  EXPECT_FALSE(connection_->invalidated[0].wait.has_value());
  EXPECT_TRUE(unsent_.empty());
}

TEST_F(WriteTransactionTest, KnowsIfEverythingIsRefused) {
  const absl::Status no = absl::PermissionDeniedError("no");
  connection_->script = {no, no, no};
  WriteTransaction transaction = Begin();
  transaction.Add("user", "1", "update");
  const TransactionResult result = transaction.Commit(Commits(CommitOutcome::kCommitted));
  EXPECT_EQ(result.invalidation_status, no);
  ASSERT_EQ(unsent_.size(), 1u);
  EXPECT_TRUE(unsent_[0].everything);
}

TEST_F(WriteTransactionTest, ATransactionOfTooManyTypesIsEverything) {
  options_.wait = WaitForSubscribers{.timeout = absl::Seconds(3)};
  WriteTransaction transaction = Begin();
  for (size_t i = 0; i <= kMaxWritesPerCommand; ++i) {
    transaction.Add("type" + std::to_string(i), "1", "update");
  }
  const TransactionResult result = transaction.Commit(Commits(CommitOutcome::kCommitted));
  EXPECT_TRUE(result.ok());
  EXPECT_EQ(result.widened, kMaxWritesPerCommand + 1);
  EXPECT_TRUE(connection_->sent.empty());
  ASSERT_EQ(connection_->invalidated.size(), 1u);
  EXPECT_TRUE(connection_->invalidated[0].everything);
  EXPECT_EQ(connection_->invalidated[0].wait->timeout, absl::Seconds(3));
}

TEST_F(WriteTransactionTest, ServesOneTransactionAfterTheOther) {
  WriteTransaction transaction = Begin();
  transaction.Add("user", "1", "update");
  EXPECT_EQ(transaction.Commit(Commits(CommitOutcome::kRolledBack)).outcome,
            CommitOutcome::kRolledBack);
  transaction.Add("user", "2", "update");
  EXPECT_TRUE(transaction.Commit(Commits(CommitOutcome::kCommitted)).ok());
  ASSERT_EQ(connection_->sent.size(), 1u);
  ASSERT_EQ(connection_->sent[0].writes.size(), 1u);
  EXPECT_EQ(connection_->sent[0].writes[0].resource_id, "2");
}

}  // namespace
}  // namespace cache_invalidation::client
