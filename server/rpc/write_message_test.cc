// SPDX-License-Identifier: Apache-2.0

#include "server/rpc/write_message.h"

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/limits.h"
#include "gtest/gtest.h"

namespace cache_invalidation::rpc {
namespace {

using Commands = std::vector<std::variant<engine::Command, engine::Query>>;

std::shared_ptr<WriteMessage> Parse(const v1::StreamWritesRequest& request) {
  auto message = WriteMessage::Parse(request.SerializeAsString());
  EXPECT_TRUE(message.ok()) << message.status();
  return *std::move(message);
}

// The ids of all writes.
std::string IdsOf(const Commands& commands) {
  std::string ids;
  for (const auto& request : commands) {
    const auto& command = std::get<engine::InvalidateByWrites>(std::get<engine::Command>(request));
    for (const engine::WriteEvent& write : command.writes) {
      absl::StrAppend(&ids, ids.empty() ? "" : " ", write.resource_id);
    }
  }
  return ids;
}

v1::StreamWritesRequest SomeWrites() {
  v1::StreamWritesRequest request;
  request.set_namespace_("n");
  for (const char* id : {"1", "2", "3"}) {
    v1::WriteGroup& group = *request.add_groups();
    group.set_sequence(7);
    v1::WriteEvent& write = *group.add_writes();
    write.set_resource_type("t");
    write.set_resource_id(id);
  }
  return request;
}

// Writes in groups of a thousand.
v1::StreamWritesRequest Writes(size_t count) {
  v1::StreamWritesRequest request;
  for (size_t i = 0; i < count; ++i) {
    if (i % 1000 == 0) request.add_groups();
    request.mutable_groups()->rbegin()->add_writes()->set_resource_type("t");
  }
  return request;
}

TEST(WriteMessageTest, IsRefusedWithMoreWritesThanOneCommandMayHave) {
  const auto message = WriteMessage::Parse(Writes(kMaxWritesPerMessage + 1).SerializeAsString());
  EXPECT_EQ(message.status(),
            absl::InvalidArgumentError(
                "groups: expected at most 10000 writes in all of them, got 10001"));
}

// What cannot be counted must not be parsed: protobuf treats a group as an unknown field.
TEST(WriteMessageTest, IsRefusedWhenItsWritesCannotBeCounted) {
  const std::string kGroup = "\x7b\x7c";
  const std::string writes = Writes(kMaxWritesPerMessage + 1).SerializeAsString();
  EXPECT_EQ(WriteMessage::Parse(kGroup + writes).status(),
            absl::InvalidArgumentError("expected an encoded StreamWritesRequest without groups"));
  // In a group of writes: 16,383 bytes in fields of 3 bytes.
  std::string inner = kGroup;
  while (inner.size() + 3 <= 0x3fff) inner += "\x12\x01x";
  inner.resize(0x3fff, '\x12');
  EXPECT_EQ(WriteMessage::Parse("\x12\xff\x7f" + inner).status(),
            absl::InvalidArgumentError("groups[0]: expected an encoded message without groups"));
}

// Many small writes take far more memory than their encoding.
TEST(WriteMessageTest, CostsWhatItHoldsInMemory) {
  constexpr size_t kWrites = kMaxWritesPerMessage;
  const v1::StreamWritesRequest request = Writes(kWrites);
  const std::shared_ptr<WriteMessage> message = Parse(request);
  ASSERT_EQ(message->Convert().size(), kWrites / 1000);
  EXPECT_LT(request.ByteSizeLong(), 10 * kWrites);
  EXPECT_GE(message->size_bytes(),
            kWrites * (sizeof(internal::v1::WriteEvent) + sizeof(engine::WriteEvent)));
}

TEST(WriteMessageTest, ComesBackAsItWasWhenItWasParked) {
  const std::shared_ptr<WriteMessage> message = Parse(SomeWrites());
  EXPECT_EQ(IdsOf(message->Convert()), "1 2 3");
  for (int i = 0; i < 3; ++i) {
    message->Park();
    EXPECT_EQ(message->namespace_field(), "n");
    EXPECT_EQ(IdsOf(message->Convert()), "1 2 3");
  }
  message->Answer(std::vector<shard::Result>(3, engine::Result(engine::InvalidationResult{})), "e");
  ASSERT_NE(message->part(), nullptr);
  EXPECT_EQ(message->part()->acknowledgements_size(), 3);
  message->PopPart();
  EXPECT_EQ(message->part(), nullptr);
}

TEST(WriteMessageTest, AnswersInPartsThatClientsTake) {
  const std::shared_ptr<WriteMessage> message = Parse(SomeWrites());
  (void)message->Convert();
  engine::InvalidationResult result;
  result.rules_fired.assign(3, std::string(kMaxAnswerBytes / 5, 'r'));
  message->Answer(std::vector<shard::Result>(3, engine::Result(result)), "e");
  for (int part = 0; part < 3; ++part) {
    ASSERT_NE(message->part(), nullptr);
    ASSERT_EQ(message->part()->acknowledgements_size(), 1);
    EXPECT_EQ(message->part()->acknowledgements(0).sequence(), 7u);
    EXPECT_EQ(message->part()->acknowledgements(0).result().rules_fired_size(), 3);
    message->PopPart();
  }
  EXPECT_EQ(message->part(), nullptr);
}

}  // namespace
}  // namespace cache_invalidation::rpc
