#include "common/condition/map.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/condition/value_text.h"

namespace cache_invalidation::condition {
namespace {

TEST(Map, KeepsItsKeysInOrder) {
  std::vector<MapEntry> entries = {
      {Value::String("b"), Value::Int(1)}, {Value::Uint(UINT64_MAX), Value::Int(2)},
      {Value::Int(-1), Value::Int(3)},     {Value::Int(INT64_MIN), Value::Int(4)},
      {Value::Bool(true), Value::Int(5)},  {Value::String("B"), Value::Int(6)},
      {Value::Int(0), Value::Int(7)},      {Value::Bool(false), Value::Int(8)},
  };
  Budget budget;
  const Value map = MakeMap(absl::MakeSpan(entries), budget);
  EXPECT_EQ(ValueText(map, 1000),
            "{false: 8, true: 5, -9223372036854775808: 4, -1: 3, 0: 7, 18446744073709551615u: 2, "
            "\"B\": 6, \"b\": 1}");
  for (size_t i = 0; i < map.size(); ++i) {
    const auto [key, value] = map.EntryAt(i);
    const auto found = Find(map, key);
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(found->as_int(), value.as_int());
  }
  EXPECT_FALSE(Find(map, "a").has_value());
  EXPECT_FALSE(Find(map, Value::Int(1)).has_value());
}

TEST(Map, FindsNumbersByTheirValue) {
  std::vector<MapEntry> entries = {{Value::Int(1), Value::Int(10)},
                                   {Value::Uint(uint64_t{1} << 63), Value::Int(20)}};
  Budget budget;
  const Value map = MakeMap(absl::MakeSpan(entries), budget);
  EXPECT_TRUE(Find(map, Value::Uint(1)).has_value());
  EXPECT_TRUE(Find(map, Value::Double(1)).has_value());
  EXPECT_TRUE(Find(map, Value::Double(0x1p63)).has_value());
  EXPECT_FALSE(Find(map, Value::Double(1.5)).has_value());
  EXPECT_FALSE(Find(map, Value::Double(0x1p64)).has_value());
  EXPECT_FALSE(Find(map, Value::Double(-0x1p63)).has_value());
  EXPECT_FALSE(Find(map, Value::Int(INT64_MIN)).has_value());
  EXPECT_FALSE(Find(map, Value::Bool(true)).has_value());
  EXPECT_FALSE(Find(map, Value()).has_value());
}

TEST(Map, LooksIntoJson) {
  const JsonValue object = JsonValue::Object{{"b", 1}, {"a", 2}};
  const Value map = Value::Json(object);
  EXPECT_EQ(Find(map, "a")->as_double(), 2);
  EXPECT_EQ(Find(map, Value::String("b"))->as_double(), 1);
  EXPECT_FALSE(Find(map, "c").has_value());
  EXPECT_FALSE(Find(map, Value::Int(0)).has_value());
  EXPECT_FALSE(Find(Value::Map({}), "a").has_value());
}

TEST(Map, LooksIntoObjectsOfAnySize) {
  JsonValue::Object members;
  for (int i = 0; i < 40; ++i) {
    const JsonValue object = members;
    for (int j = 0; j < 40; ++j) {
      const auto found = Find(Value::Json(object), std::to_string(j));
      ASSERT_EQ(found.has_value(), j < i);
      if (found) {
        EXPECT_EQ(found->as_double(), j);
      }
    }
    members.emplace_back(std::to_string(i), i);
  }
}

}  // namespace
}  // namespace cache_invalidation::condition
