#include "client/widening.h"

#include <string>
#include <vector>

#include "client/internal/conversion/json_conversion.h"
#include "common/limits.h"
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

TEST(WideningTest, AContextThatCannotBeSentIsLeftOut) {
  for (const JsonValue::Object& context : std::vector<JsonValue::Object>{
           {{"large", std::string(kMaxContextBytes, 'x')}},
           {{"deep", Nested(kMaxContextDepth)}},
           {{"text", "\xff"}},
           {{"\xff", "name"}},
       }) {
    WriteEvent write = Write("a", "1");
    write.context = context;
    const WidenedWrites out = WidenToLimits({write});
    EXPECT_EQ(out.writes, std::vector<WriteEvent>({Write("a", "1")}));
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
                            {Write("a", ""), Write("b", "", "insert"), Write("a", "", "delete")}));
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
