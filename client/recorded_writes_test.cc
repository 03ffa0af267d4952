// SPDX-License-Identifier: Apache-2.0

#include "client/recorded_writes.h"

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "client/json.h"
#include "client/testing/unimplemented_connection.h"
#include "gtest/gtest.h"

namespace cache_invalidation::client {
namespace {

const WriteEvent kWrite = {.resource_type = "user",
                           .resource_id = "1",
                           .operation = "update",
                           .context = {{"tenant", "acme"}}};

// Returns the errors of a script, then revision 7; records the requests.
class ScriptedConnection final : public UnimplementedConnection {
 public:
  using UnimplementedConnection::Start;

  void Start(const InvalidateByWritesParams& params, ResultCallback<WriteResult> done) override {
    sent.push_back(params);
    const absl::Status status = Next();
    if (!status.ok()) return done(status);
    done(WriteResult{.position = {.epoch = "e", .revision = 7}});
  }

  void Start(const InvalidateParams& params, ResultCallback<InvalidationResult> done) override {
    invalidated.push_back(params);
    const absl::Status status = Next();
    if (!status.ok()) return done(status);
    done(InvalidationResult{
        .position = {.epoch = "e", .revision = 7}, .widened = 1, .waiting = Waiting{}});
  }

  std::deque<absl::Status> script;
  std::vector<InvalidateByWritesParams> sent;
  std::vector<InvalidateParams> invalidated;

 private:
  absl::Status Next() {
    if (script.empty()) return absl::OkStatus();
    const absl::Status status = script.front();
    script.pop_front();
    return status;
  }
};

class RecordedWritesTest : public testing::Test {
 protected:
  absl::StatusOr<WriteResult> Report(std::vector<std::string> writes) {
    return InvalidateByRecordedWrites(client_, {.writes = std::move(writes),
                                                .wait = WaitForSubscribers{},
                                                .options = {.deadline = absl::Seconds(3)}});
  }

  std::shared_ptr<ScriptedConnection> connection_ = std::make_shared<ScriptedConnection>();
  const Client client_{connection_};
};

TEST_F(RecordedWritesTest, SendsThemInOrderAsOneCall) {
  WriteEvent other = kWrite;
  other.resource_id = "2";
  const absl::StatusOr<WriteResult> result =
      Report({ToJson(kWrite, JsonFields::kSet), ToJson(other, JsonFields::kSet)});
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->position.revision, 7u);
  ASSERT_EQ(connection_->sent.size(), 1u);
  EXPECT_EQ(connection_->sent[0].writes, (std::vector<WriteEvent>{kWrite, other}));
  EXPECT_TRUE(connection_->sent[0].wait.has_value());
  EXPECT_EQ(connection_->sent[0].options.deadline, absl::Seconds(3));
}

TEST_F(RecordedWritesTest, NoneAreNoCall) {
  EXPECT_TRUE(Report({}).ok());
  EXPECT_TRUE(connection_->sent.empty());
  EXPECT_TRUE(connection_->invalidated.empty());
}

TEST_F(RecordedWritesTest, AWriteThatCannotBeReadMeansEverything) {
  const absl::StatusOr<WriteResult> result = Report({ToJson(kWrite), "{\"resourceTyp"});
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->widened, 1u);
  EXPECT_TRUE(result->waiting.has_value());
  EXPECT_TRUE(connection_->sent.empty());
  ASSERT_EQ(connection_->invalidated.size(), 1u);
  EXPECT_TRUE(connection_->invalidated[0].everything);
  EXPECT_TRUE(connection_->invalidated[0].wait.has_value());
  EXPECT_EQ(connection_->invalidated[0].options.deadline, absl::Seconds(3));
}

TEST_F(RecordedWritesTest, WhatIsRefusedMeansEverything) {
  for (const absl::Status& refusal :
       {absl::InvalidArgumentError("a field"), absl::ResourceExhaustedError("too large"),
        absl::OutOfRangeError("too many bytes"), absl::FailedPreconditionError("no such type")}) {
    connection_->invalidated.clear();
    connection_->script = {refusal};
    EXPECT_TRUE(Report({ToJson(kWrite)}).ok());
    EXPECT_EQ(connection_->invalidated.size(), 1u);
  }
}

TEST_F(RecordedWritesTest, OtherErrorsAreReturned) {
  for (const absl::Status& error :
       {absl::UnavailableError("away"), absl::PermissionDeniedError("no"),
        absl::UnauthenticatedError("who"), absl::NotFoundError("no such namespace")}) {
    connection_->script = {error};
    EXPECT_EQ(Report({ToJson(kWrite)}).status(), error);
  }
  EXPECT_TRUE(connection_->invalidated.empty());
  connection_->script = {absl::UnavailableError("away")};
  EXPECT_TRUE(absl::IsUnavailable(Report({"unreadable"}).status()));
}

// The type in front of the first ":", as WriteCollector widens it.
TEST_F(RecordedWritesTest, MalformedNamesAreWidened) {
  EXPECT_TRUE(Report({R"({"resourceType": "user:x", "resourceId": "1"})"}).ok());
  ASSERT_EQ(connection_->sent.size(), 1u);
  EXPECT_EQ(connection_->sent[0].writes[0].resource_type, "user");
  EXPECT_EQ(connection_->sent[0].writes[0].resource_id, "");
}

}  // namespace
}  // namespace cache_invalidation::client
