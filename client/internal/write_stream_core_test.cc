// SPDX-License-Identifier: Apache-2.0

#include "client/internal/write_stream_core.h"

#include <string>

#include "common/limits.h"
#include "gtest/gtest.h"

namespace cache_invalidation::client::internal {
namespace {

using Strings = std::vector<std::string>;

class WriteStreamCoreTest : public testing::Test {
 protected:
  // Adds commands; each callback notes its number and what it got.
  void Add(int count, size_t bytes = 1, absl::Duration now = absl::ZeroDuration()) {
    for (int i = 0; i < count; ++i) {
      const std::string name = std::to_string(++added_);
      core_.Add(
          {{.resource_type = "t", .resource_id = std::string(bytes, 'x')}},
          [this, name](const absl::StatusOr<WriteResult>& result) {
            told_.push_back(name + " " +
                            (result.ok() ? std::to_string(result->position.revision)
                                         : std::string(result.status().message())));
          },
          now);
    }
  }

  // Returns the first and the last sequence number of the next message, as "1-3"; "" if there is
  // none.
  std::string NextMessage() {
    const auto message = core_.NextMessage();
    if (!message.has_value()) return "";
    return std::to_string(message->groups(0).sequence()) + "-" +
           std::to_string(message->groups(message->groups_size() - 1).sequence());
  }

  absl::Status Acknowledge(uint64_t first, uint64_t last) {
    v1::StreamWritesResponse response;
    for (uint64_t sequence = first; sequence <= last; ++sequence) {
      v1::WriteAcknowledgement* acknowledgement = response.add_acknowledgements();
      acknowledgement->set_sequence(sequence);
      acknowledgement->mutable_result()->mutable_position()->set_revision(100 + sequence);
    }
    return Receive(response);
  }

  absl::Status Receive(const v1::StreamWritesResponse& response) {
    auto answered = core_.Receive(response);
    if (!answered.ok()) return answered.status();
    Tell(*answered);
    return absl::OkStatus();
  }

  void Tell(const std::vector<Answered>& answered) {
    for (const Answered& one : answered) one.done(one.result);
  }

  WriteStreamCore core_{"shop",
                        {.deadline = absl::Seconds(30),
                         .max_unanswered_commands = 1000,
                         .max_unanswered_bytes = 3'000'000}};
  int added_ = 0;
  Strings told_;
};

TEST_F(WriteStreamCoreTest, SendsWhatHasGathered) {
  EXPECT_EQ(NextMessage(), "");
  Add(1);
  const auto message = core_.NextMessage();
  ASSERT_TRUE(message.has_value());
  EXPECT_EQ(message->namespace_(), "shop");
  EXPECT_EQ(message->groups(0).writes(0).resource_type(), "t");
  Add(3);
  EXPECT_EQ(NextMessage(), "2-4");
  EXPECT_EQ(NextMessage(), "");
}

TEST_F(WriteStreamCoreTest, MessagesAreBounded) {
  Add(300);
  EXPECT_EQ(NextMessage(), "1-256");
  EXPECT_EQ(NextMessage(), "257-300");
  Add(4, 400'000);
  EXPECT_EQ(NextMessage(), "301-302");
  EXPECT_EQ(NextMessage(), "303-304");
  Add(1, 2'000'000);
  Add(1);
  EXPECT_EQ(NextMessage(), "305-305") << "larger than a message is meant to be, but alone";
  EXPECT_EQ(NextMessage(), "306-306");
}

TEST_F(WriteStreamCoreTest, AMessageHasNoMoreWritesThanTheServiceTakes) {
  const std::vector<WriteEvent> half(kMaxWritesPerMessage / 2, {.resource_type = "t"});
  for (int i = 0; i < 3; ++i) core_.Add(half, [](const absl::StatusOr<WriteResult>&) {}, {});
  EXPECT_EQ(NextMessage(), "1-2");
  EXPECT_EQ(NextMessage(), "3-3");
}

TEST_F(WriteStreamCoreTest, AnswersInOrder) {
  Add(3);
  NextMessage();
  EXPECT_TRUE(Acknowledge(1, 2).ok());
  EXPECT_EQ(told_, Strings({"1 101", "2 102"}));
  EXPECT_FALSE(core_.IsEmpty());
  EXPECT_TRUE(Acknowledge(3, 3).ok());
  EXPECT_TRUE(core_.IsEmpty());
}

TEST_F(WriteStreamCoreTest, ARefusedCommandDoesNotStopTheOthers) {
  Add(3);
  NextMessage();
  v1::StreamWritesResponse response;
  for (uint64_t sequence = 1; sequence <= 3; ++sequence) {
    response.add_acknowledgements()->set_sequence(sequence);
  }
  response.mutable_acknowledgements(1)->set_error_code(3);
  response.mutable_acknowledgements(1)->set_error_message("bad");
  EXPECT_TRUE(Receive(response).ok());
  EXPECT_EQ(told_, Strings({"1 0", "2 bad", "3 0"}));
}

TEST_F(WriteStreamCoreTest, SendsAgainWhatWasNotAnswered) {
  Add(5);
  NextMessage();
  EXPECT_TRUE(Acknowledge(1, 2).ok());
  core_.Begin();
  EXPECT_EQ(NextMessage(), "3-5");
}

TEST_F(WriteStreamCoreTest, NoticesBrokenPromises) {
  Add(3);
  NextMessage();
  EXPECT_FALSE(Acknowledge(2, 2).ok()) << "1 was left out";
  core_.Begin();
  EXPECT_FALSE(Acknowledge(1, 1).ok()) << "not sent yet";
}

TEST_F(WriteStreamCoreTest, IsFullByCommandsOrBytes) {
  Add(999);
  EXPECT_FALSE(core_.IsFull());
  Add(1);
  EXPECT_TRUE(core_.IsFull());
  NextMessage();
  EXPECT_TRUE(Acknowledge(1, 1).ok());
  EXPECT_FALSE(core_.IsFull());
  Add(0);
  Add(1, 3'000'000);
  EXPECT_TRUE(core_.IsFull());
}

TEST_F(WriteStreamCoreTest, GivesUpWhatIsTooOld) {
  EXPECT_EQ(core_.ExpiresAt(), absl::InfiniteDuration());
  Add(1, 1, absl::Seconds(5));
  Add(1, 1, absl::Seconds(6));
  EXPECT_EQ(core_.ExpiresAt(), absl::Seconds(35));
  NextMessage();
  EXPECT_TRUE(core_.Expire(absl::Seconds(34), absl::OkStatus()).empty());
  Tell(core_.Expire(absl::Seconds(35), absl::OkStatus()));
  EXPECT_EQ(told_, Strings({"1 no answer in time"}));
  EXPECT_TRUE(Acknowledge(1, 2).ok()) << "an answer that comes late is passed over";
  EXPECT_EQ(told_, Strings({"1 no answer in time", "2 102"}));
}

TEST_F(WriteStreamCoreTest, FindsTheCommandThatTheServiceRefuses) {
  Add(3);
  EXPECT_EQ(NextMessage(), "1-3");
  const absl::Status refused = absl::InvalidArgumentError("malformed");
  Tell(core_.Refuse(refused));
  EXPECT_EQ(told_, Strings()) << "which of the three is not known";
  core_.Begin();
  EXPECT_EQ(NextMessage(), "1-1");
  EXPECT_EQ(NextMessage(), "") << "one at a time";
  EXPECT_TRUE(Acknowledge(1, 1).ok());
  EXPECT_EQ(NextMessage(), "2-2");
  Tell(core_.Refuse(refused));
  EXPECT_EQ(told_, Strings({"1 101", "2 malformed"}));
  core_.Begin();
  Add(1);
  EXPECT_EQ(NextMessage(), "3-4") << "together again";
}

// An error may concern no command: the response was too large, or a proxy sent it. A writer that
// always has commands must not send one at a time for ever.
TEST_F(WriteStreamCoreTest, SendsTogetherAgainBehindWhatWasRefused) {
  Add(3);
  EXPECT_EQ(NextMessage(), "1-3");
  Tell(core_.Refuse(absl::ResourceExhaustedError("too many requests")));
  core_.Begin();
  Add(3);
  EXPECT_EQ(NextMessage(), "1-1");
  EXPECT_TRUE(Acknowledge(1, 1).ok());
  EXPECT_EQ(NextMessage(), "2-2");
  EXPECT_TRUE(Acknowledge(2, 2).ok());
  EXPECT_EQ(NextMessage(), "3-3") << "the last one that was refused";
  EXPECT_TRUE(Acknowledge(3, 3).ok());
  EXPECT_EQ(NextMessage(), "4-6");
}

}  // namespace
}  // namespace cache_invalidation::client::internal
