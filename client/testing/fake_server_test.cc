// SPDX-License-Identifier: Apache-2.0

#include "client/testing/fake_server.h"

#include <memory>
#include <string>
#include <vector>

#include "client/async_client.h"
#include "client/client.h"
#include "client/write_transaction.h"
#include "gtest/gtest.h"

namespace cache_invalidation::client {
namespace {

using Strings = std::vector<std::string>;

// For calls that are to fail: short, but long enough for a call that succeeds on a slow machine.
constexpr absl::Duration kShort = absl::Milliseconds(300);

class FakeServerTest : public testing::Test {
 protected:
  static absl::Status Write(const Client& client, const CallOptions& options = {}) {
    return client.InvalidateByWrite("user", "42", "update", {}, options).status();
  }

  FakeServer server_;
  const Client client_{server_.Connect({.deadline = absl::Seconds(30)})};
};

TEST_F(FakeServerTest, IsTheRealService) {
  const absl::StatusOr<WriteResult> result = client_.InvalidateByWrite("user", "42", "update");
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->position.revision, 1u);
  EXPECT_EQ(result->rules_fired, Strings({"user_data_invalidation"}));
  FakeServer bare({.default_rules = false});
  EXPECT_EQ(Client(bare.Connect()).InvalidateByWrite("user", "42", "update")->rules_fired,
            Strings());
}

TEST_F(FakeServerTest, NobodyIsThereWhileItIsStopped) {
  ASSERT_TRUE(Write(client_).ok());
  const std::string epoch = client_.GetInvalidationStats()->position.epoch;
  server_.Stop();
  EXPECT_FALSE(Write(client_, {.deadline = kShort}).ok());
  server_.Start();
  const absl::StatusOr<WriteResult> result = client_.InvalidateByWrite("user", "42", "update");
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_NE(result->position.epoch, epoch) << "another history";
  EXPECT_EQ(result->position.revision, 1u);
}

TEST_F(FakeServerTest, RefusesWithAnyError) {
  server_.Refuse(absl::PermissionDeniedError("not today"));
  EXPECT_EQ(Write(client_), absl::PermissionDeniedError("not today"));
  server_.Refuse(absl::ResourceExhaustedError("full"));
  EXPECT_EQ(client_.GetInvalidationStats().status(), absl::ResourceExhaustedError("full"));
  server_.Accept();
  EXPECT_EQ(client_.GetInvalidationStats()->position.revision, 0u) << "it heard nothing of them";
}

TEST_F(FakeServerTest, StoppingAndRefusingDoNotMix) {
  server_.Refuse(absl::PermissionDeniedError("not today"));
  server_.Restart();
  EXPECT_EQ(Write(client_), absl::PermissionDeniedError("not today"));
  server_.Stop();
  server_.Accept();
  EXPECT_FALSE(Write(client_, {.deadline = kShort}).ok());
  server_.Start();
  EXPECT_TRUE(Write(client_).ok());
}

TEST_F(FakeServerTest, DelaysWhileItIsFrozen) {
  ASSERT_TRUE(Write(client_).ok());
  server_.Freeze();
  EXPECT_EQ(Write(client_, {.deadline = kShort}).code(), absl::StatusCode::kDeadlineExceeded);
  AsyncClient async(server_.Connect({.deadline = absl::Seconds(30)}));
  auto held = async.Call(&Connection::GetInvalidationStats, {});
  server_.Thaw();
  EXPECT_TRUE(held.get().ok());
}

TEST_F(FakeServerTest, ClientsComeBackAfterTheirConnectionsWereCut) {
  ASSERT_TRUE(Write(client_).ok());
  server_.DropConnections();
  EXPECT_TRUE(Write(client_).ok());
}

// As in an application's test: a transaction whose invalidation could not be sent.
TEST_F(FakeServerTest, ATransactionTellsWhatItCouldNotSend) {
  Strings dropped;
  WriteTransaction transaction(
      client_, {.call = {.deadline = kShort},
                .on_unsent = [&](const UnsentWrites& unsent) { dropped = unsent.tags; }});
  transaction.Add("user", "42", "update");
  server_.Stop();
  const TransactionResult result = transaction.Commit([] { return CommitOutcome::kCommitted; });
  EXPECT_FALSE(result.invalidation_status.ok());
  EXPECT_EQ(dropped, Strings({"user:#all", "user:42"}));
}

// Writes that were in progress when the server stopped are sent to its replacement.
TEST_F(FakeServerTest, AsynchronousWritesRideOutARestart) {
  AsyncClient async(server_.Connect());
  std::vector<std::future<absl::StatusOr<WriteResult>>> answers;
  for (int i = 0; i < 20; ++i) {
    if (i == 10) server_.Restart();
    answers.push_back(async.InvalidateByWrites(
        {{.resource_type = "user", .resource_id = std::to_string(i), .operation = "update"}}));
  }
  for (auto& answer : answers) {
    const absl::StatusOr<WriteResult> result = answer.get();
    EXPECT_TRUE(result.ok()) << result.status();
  }
}

}  // namespace
}  // namespace cache_invalidation::client
