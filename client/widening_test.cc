// SPDX-License-Identifier: Apache-2.0

#include "client/widening.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "client/internal/conversion/conversion.h"
#include "common/limits.h"
#include "common/names.h"
#include "common/tag.h"
#include "gtest/gtest.h"

namespace cache_invalidation::client {
namespace {

WriteEvent Write(std::string type, std::string id, std::string operation = "update") {
  return {.resource_type = std::move(type),
          .resource_id = std::move(id),
          .operation = std::move(operation)};
}

JsonValue Nested(int levels) {
  JsonValue value = 1;
  for (int i = 0; i < levels; ++i) value = JsonValue::List{value};
  return value;
}

TEST(WideningTest, LeavesAloneWhatFits) {
  const std::vector<WriteEvent> writes = {
      Write("a", "1"),
      Write("a", std::string(kMaxResourceIdBytes, 'x')),
      {.resource_type = "b",
       .resource_id = "2",
       .context = {{"f", 1}, {"deep", Nested(kMaxContextDepth - 1)}},
       .tags = {"t"}},
      Write("c", ""),
  };
  const WidenedWrites out = WidenToLimits(writes);
  EXPECT_EQ(out.writes, writes);
  EXPECT_EQ(out.widened, 0u);
}

TEST(WideningTest, AnIdThatCannotBeSentConcernsTheType) {
  for (const std::string& id : {std::string(kMaxResourceIdBytes + 1, 'x'), std::string("a\nb"),
                                std::string("\xff"), std::string("\xc2\x85")}) {
    const WidenedWrites out = WidenToLimits({Write("a", id)});
    EXPECT_EQ(out.writes, std::vector<WriteEvent>({Write("a", "")}));
    EXPECT_EQ(out.widened, 1u);
  }
}

// If it were left out, the field would count as absent, and `has(context.f)` would be false.
TEST(WideningTest, AContextThatCannotBeSentIsUnknown) {
  for (const JsonValue::Object& context : std::vector<JsonValue::Object>{
           {{"large", std::string(kMaxContextBytes, 'x')}},
           {{"deep", Nested(kMaxContextDepth)}},
           {{"text", "\xff"}},
           {{"\xff", "name"}},
       }) {
    WriteEvent write = Write("a", "1");
    write.context = context;
    const WidenedWrites out = WidenToLimits({write});
    write.context = {{std::string(kUnknownName), true}};
    EXPECT_EQ(out.writes, std::vector<WriteEvent>({write}));
    EXPECT_TRUE(JsonValue(out.writes[0].context).is_unknown());
    EXPECT_EQ(out.widened, 1u);
  }
}

TEST(WideningTest, TooManyWritesBecomeOnePerTypeAndOperation) {
  std::vector<WriteEvent> writes;
  for (size_t i = 0; i < kMaxWritesPerCommand; ++i) writes.push_back(Write("a", std::to_string(i)));
  EXPECT_EQ(WidenToLimits(writes).widened, 0u);
  writes.push_back(Write("b", "1", "insert"));
  writes.push_back(Write("a", "1", "delete"));
  const WidenedWrites out = WidenToLimits(writes);
  EXPECT_EQ(out.writes, std::vector<WriteEvent>(
                            {Write("a", "", "delete"), Write("a", ""), Write("b", "", "insert")}));
  EXPECT_EQ(out.widened, writes.size());
}

TEST(WideningTest, TooManyBytesBecomeOnePerType) {
  std::vector<WriteEvent> writes(20, Write("a", "1"));
  for (WriteEvent& write : writes) write.context = {{"f", std::string(250'000, 'x')}};
  EXPECT_EQ(WidenToLimits(writes).writes, std::vector<WriteEvent>({Write("a", "")}));
}

TEST(WideningTest, KeepsEveryTag) {
  std::vector<WriteEvent> writes;
  for (size_t i = 0; i <= kMaxWritesPerCommand; ++i) {
    writes.push_back(Write("a", std::to_string(i)));
    writes.back().tags = {"t" + std::to_string(i % 100)};
  }
  const WidenedWrites out = WidenToLimits(writes);
  ASSERT_EQ(out.writes.size(), 2u) << "64 tags and 36";
  EXPECT_EQ(out.writes[0].tags.size(), kMaxTagsPerWrite);
  EXPECT_EQ(out.writes[1].tags.size(), 100 - kMaxTagsPerWrite);
  EXPECT_EQ(out.writes[1].tags.back(), "t99");
}

// Measures what the service limits on the message that it receives.
void ExpectFits(const WidenedWrites& out, size_t max_request_bytes = kMaxRequestBytes) {
  if (out.everything) {
    EXPECT_TRUE(out.writes.empty());
    return;
  }
  EXPECT_FALSE(out.writes.empty());
  EXPECT_LE(out.writes.size(), kMaxWritesPerCommand);
  for (const WriteEvent& write : out.writes) EXPECT_LE(write.tags.size(), kMaxTagsPerWrite);
  v1::InvalidateByWritesRequest request;
  internal::ToProto(InvalidateByWritesParams{.writes = out.writes,
                                             .wait = WaitForSubscribers{absl::Milliseconds(1500)}},
                    &request);
  request.set_namespace_(std::string(kMaxNamespaceBytes, 'n'));
  request.set_request_id(std::string(kMaxRequestIdBytes, 'r'));
  EXPECT_LE(request.ByteSizeLong(), max_request_bytes);
}

// Checks that every write is present unchanged or for its whole type, and every tag itself or its
// whole type: only those two trigger every rule that the write or the tag triggers.
void ExpectCovers(const WidenedWrites& out, const std::vector<WriteEvent>& writes) {
  if (out.everything) return;
  std::set<std::string> whole_types;
  std::set<std::string> tags;
  std::set<std::pair<std::string, std::string>> rows;
  for (const WriteEvent& write : out.writes) {
    if (write.resource_id.empty()) whole_types.insert(write.resource_type);
    rows.emplace(write.resource_type, write.resource_id);
    tags.insert(write.tags.begin(), write.tags.end());
  }
  for (const WriteEvent& write : writes) {
    ASSERT_TRUE(whole_types.contains(write.resource_type) ||
                rows.contains({write.resource_type, write.resource_id}));
    for (const std::string& tag : write.tags) {
      ASSERT_TRUE(tags.contains(tag) || whole_types.contains(std::string(FirstSegment(tag))))
          << tag;
    }
  }
}

WidenedWrites Widened(const std::vector<WriteEvent>& writes,
                      size_t max_request_bytes = kMaxRequestBytes) {
  WidenedWrites out = WidenToLimits(writes, {.max_request_bytes = max_request_bytes});
  ExpectFits(out, max_request_bytes);
  ExpectCovers(out, writes);
  return out;
}

// `count` rows of one type, each with a tag of its own, padded to `tag_bytes`.
std::vector<WriteEvent> Tagged(size_t count, const std::string& front, size_t tag_bytes) {
  std::vector<WriteEvent> writes;
  for (size_t i = 0; i < count; ++i) {
    writes.push_back(Write("a", std::to_string(i)));
    std::string tag = front + std::to_string(i);
    tag.resize(std::max(tag.size(), tag_bytes), 'x');
    writes.back().tags.push_back(std::move(tag));
  }
  return writes;
}

TEST(WideningTest, TooManyBytesOfTagsBecomeTheirTypes) {
  for (const auto& [count, bytes] : std::vector<std::pair<size_t, size_t>>{
           {50'000, 95}, {100'000, 45}, {100'000, 95}, {5'000, 1024}, {50'000, 1024}}) {
    const WidenedWrites out = Widened(Tagged(count, "page:", bytes));
    EXPECT_EQ(out.writes, std::vector<WriteEvent>({Write("a", "", ""), Write("page", "", "")}));
    EXPECT_EQ(out.widened, count);
  }
}

TEST(WideningTest, ADeepTagBecomesItsType) {
  std::string front = "page";
  for (int level = 0; level < 40; ++level) front += ":level";
  EXPECT_EQ(Widened(Tagged(50'000, front + ":", 0)).writes,
            std::vector<WriteEvent>({Write("a", "", ""), Write("page", "", "")}));
}

TEST(WideningTest, TagsWithoutATypeAreKeptWhileTheyFitAndThenBecomeEverything) {
  std::vector<WriteEvent> writes = Tagged(50'000, "page:", 95);
  writes[7].tags.push_back("*:star");
  writes[8].tags.push_back(std::string(kMaxTagBytes, 'x'));
  EXPECT_EQ(Widened(writes).writes[0].tags,
            std::vector<std::string>({"*:star", std::string(kMaxTagBytes, 'x')}));
  EXPECT_TRUE(Widened(Tagged(50'000, "", kMaxTagBytes)).everything);
}

TEST(WideningTest, TooManyTypesAndOperationsBecomeTypes) {
  std::vector<WriteEvent> writes;
  for (int i = 0; i < 5'001; ++i) {
    writes.push_back(Write("type" + std::to_string(i), "1", "insert"));
    writes.push_back(Write("type" + std::to_string(i), "1", "update"));
  }
  EXPECT_EQ(Widened(writes).writes.size(), 5'001u);
}

TEST(WideningTest, TooManyTypesBecomeEverything) {
  std::vector<WriteEvent> writes;
  for (size_t i = 0; i < kMaxWritesPerCommand; ++i) {
    std::string type = std::to_string(i);
    type.resize(kMaxTypeBytes, 'x');
    for (const char* operation : {"insert", "update", "delete"}) {
      writes.push_back(Write(type, "1", operation));
    }
  }
  EXPECT_EQ(Widened(writes).writes.size(), kMaxWritesPerCommand);
  writes.push_back(Write("another", ""));
  const WidenedWrites out = Widened(writes);
  EXPECT_TRUE(out.everything);
  EXPECT_EQ(out.widened, writes.size());
}

TEST(WideningTest, AWriteOfManyTagsConcernsItsType) {
  WriteEvent write = Write("a", "1");
  write.tags.assign(kMaxTagsPerWrite, std::string(kMaxTagBytes, 'x'));
  EXPECT_EQ(Widened({write}).writes, std::vector<WriteEvent>({write}));

  write.tags.emplace_back("one:more");
  const WidenedWrites out = Widened({Write("a", "0"), write});
  ASSERT_EQ(out.writes.size(), 3u);
  EXPECT_EQ(out.writes[0], Write("a", "0"));
  EXPECT_EQ(out.writes[1].resource_id, "") << "a condition may look for two of the tags";
  EXPECT_EQ(out.writes[2].tags, std::vector<std::string>({"one:more"}));
  EXPECT_EQ(out.widened, 1u);
}

TEST(WideningTest, FitsIntoTheRequestsOfASmallerServer) {
  for (const size_t max_request_bytes :
       {size_t{0}, size_t{100}, size_t{2'000}, size_t{64} << 10, size_t{256} << 10}) {
    for (const size_t tag_bytes : {5, 95, 1000}) {
      Widened(Tagged(1'000, "page:", tag_bytes), max_request_bytes);
      Widened(Tagged(200, "", tag_bytes), max_request_bytes);
    }
  }
  EXPECT_TRUE(Widened({Write("a", "1")}, 100).everything);
  EXPECT_FALSE(Widened(Tagged(200, "page:", 95), 2'000).everything);
}

TEST(WideningTest, LeavesAMalformedNameForTheServiceToRefuse) {
  WriteEvent write = Write("user:profile", "1");
  write.tags = {""};
  EXPECT_EQ(WidenToLimits({write}).writes, std::vector<WriteEvent>({write}));
}

TEST(WideningTest, AMalformedNameIsWidenedIfAsked) {
  const auto widened = [](WriteEvent write) {
    const WidenedWrites out = WidenToLimits({std::move(write)}, {.widen_malformed_names = true});
    EXPECT_EQ(out.widened, 1u);
    return out;
  };
  WriteEvent tagged = Write("a", "1");
  // Nothing can carry the malformed tag; the rules that it triggers are above it.
  for (const std::string& below :
       {std::string("\xff"), std::string("x\n"), std::string(kMaxTagBytes, 'x'),
        std::string("\n:deeper"), std::string(kMaxTagBytes, ':')}) {
    tagged.tags = {"b:c:" + below};
    const WidenedWrites out = widened(tagged);
    ASSERT_EQ(out.writes.size(), 1u);
    ASSERT_TRUE(IsSelfOrAncestor("b:c", out.writes[0].tags[0])) << out.writes[0].tags[0];
    EXPECT_TRUE(IsSelfOrAncestor(out.writes[0].tags[0], tagged.tags[0]));
    EXPECT_TRUE(CheckTag(out.writes[0].tags[0]).ok());
    EXPECT_EQ(out.writes[0].resource_id, "1");
  }
  for (const std::string& tag : {std::string(), std::string("\n:b"), std::string(2'000, 'x')}) {
    tagged.tags = {tag};
    EXPECT_TRUE(widened(tagged).everything);
  }
  EXPECT_EQ(widened(Write("user:profile", "1")).writes,
            std::vector<WriteEvent>({Write("user", "")}));
  for (const std::string& type :
       {std::string(), std::string("*"), std::string("a*"), std::string("\xff"), std::string(":a"),
        std::string(kMaxTypeBytes + 1, 'x')}) {
    EXPECT_TRUE(widened(Write(type, "1")).everything);
  }
  for (const std::string& operation : {std::string("\n"), std::string(65, 'x')}) {
    EXPECT_EQ(widened(Write("a", "1", operation)).writes,
              std::vector<WriteEvent>({Write("a", "", "")}))
        << "a condition on operations holds for a whole type";
  }
}

TEST(WideningTest, ARefusedTransactionIsToldByItsTypes) {
  WriteCollector collector;
  WriteEvent write = Write("a", "1");
  write.tags = {"page:7", "*"};
  collector.Add(write);
  collector.WidenToTypes();
  collector.Add(Write("b", "2"));
  const WidenedWrites out = collector.Take();
  write = Write("a", "", "");
  write.tags = {"*"};
  EXPECT_EQ(out.writes,
            std::vector<WriteEvent>({write, Write("b", "", ""), Write("page", "", "")}));
  EXPECT_EQ(out.widened, 2u);
}

TEST(WideningTest, WhatCannotBeNamedIsEverything) {
  WriteCollector collector;
  EXPECT_TRUE(collector.empty());
  collector.Add(Write("a", "1"));
  collector.AddEverything();
  collector.Add(Write("a", "2"));
  EXPECT_FALSE(collector.empty());
  EXPECT_EQ(collector.Take().widened, 3u);
  EXPECT_TRUE(collector.empty());
  collector.Add(Write("a", "1"));
  EXPECT_EQ(collector.Take().writes, std::vector<WriteEvent>({Write("a", "1")}));
}

TEST(WideningTest, MeasuresAContextAsProtobufDoes) {
  for (const JsonValue::Object& context : std::vector<JsonValue::Object>{
           {},
           {{"", ""}},
           {{"null", JsonValue()}, {"bool", true}, {"number", 1.5}, {"text", "x"}},
           {{"list", JsonValue::List{1, "two", JsonValue::List{}}}},
           {{"object", JsonValue::Object{{"inner", JsonValue::Object{}}}}},
           {{"long", std::string(127, 'x')}, {"longer", std::string(128, 'x')}},
           {{"longest", std::string(70'000, 'x')}},
       }) {
    google::protobuf::Struct message;
    internal::ToProto(context, &message);
    EXPECT_EQ(EncodedContextBytes(context), message.ByteSizeLong());
  }
}

}  // namespace
}  // namespace cache_invalidation::client
