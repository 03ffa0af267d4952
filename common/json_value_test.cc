#include "common/json_value.h"

#include <gtest/gtest.h>

#include <string>

namespace cache_invalidation {
namespace {

TEST(JsonValue, HasOneType) {
  EXPECT_TRUE(JsonValue().is_null());
  EXPECT_EQ(*JsonValue(true).as_bool(), true);
  EXPECT_EQ(*JsonValue(1.5).as_number(), 1.5);
  EXPECT_EQ(*JsonValue(std::string("x")).as_string(), "x");
  EXPECT_EQ(JsonValue(JsonValue::List{JsonValue(), JsonValue(true)}).as_list()->size(), 2u);
  EXPECT_EQ(JsonValue(JsonValue::Object{}).as_object()->size(), 0u);

  EXPECT_FALSE(JsonValue(true).is_null());
  EXPECT_EQ(JsonValue(true).as_number(), nullptr);
  EXPECT_EQ(JsonValue(std::string("x")).as_list(), nullptr);
  EXPECT_EQ(JsonValue().as_object(), nullptr);
}

TEST(JsonValue, ObjectsAreInOrderOfNamesAndTheLastOfEqualsCounts) {
  const JsonValue value(JsonValue::Object{
      {"b", JsonValue(1.0)}, {"a", JsonValue(2.0)}, {"b", JsonValue(3.0)}, {"c", JsonValue()}});
  const JsonValue::Object& object = *value.as_object();
  ASSERT_EQ(object.size(), 3u);
  EXPECT_EQ(object[0].first, "a");
  EXPECT_EQ(object[1].first, "b");
  EXPECT_EQ(*object[1].second.as_number(), 3.0);
  EXPECT_EQ(object[2].first, "c");
}

TEST(JsonValue, FindsMembers) {
  const JsonValue value(JsonValue::Object{{"b", JsonValue(1.0)}, {"d", JsonValue()}});
  ASSERT_NE(value.Find("b"), nullptr);
  EXPECT_EQ(*value.Find("b")->as_number(), 1.0);
  ASSERT_NE(value.Find("d"), nullptr);
  EXPECT_TRUE(value.Find("d")->is_null());
  EXPECT_EQ(value.Find("a"), nullptr);
  EXPECT_EQ(value.Find("c"), nullptr);
  EXPECT_EQ(value.Find("e"), nullptr);
  EXPECT_EQ(JsonValue(1.0).Find("b"), nullptr);
}

TEST(JsonValue, ToldUnknownFromNull) {
  EXPECT_TRUE(JsonValue::Unknown().is_unknown());
  EXPECT_FALSE(JsonValue().is_unknown());
  EXPECT_FALSE(JsonValue(JsonValue::Object{}).is_unknown());

  const JsonValue open(JsonValue::Object{{"a", 1}, {"$unknown", true}});
  EXPECT_FALSE(open.is_unknown());
  EXPECT_TRUE(open.is_open());
  EXPECT_FALSE(JsonValue(JsonValue::Object{{"a", 1}}).is_open());
}

TEST(JsonValue, KeepsTheTextOfANumber) {
  for (const char* text : {"0", "-0", "10.00", "9007199254740993", "1.5e+20", "1E-7", "-0.5"}) {
    const JsonValue number = JsonValue::Number(text);
    ASSERT_NE(number.number_text(), nullptr) << text;
    EXPECT_EQ(*number.number_text(), text);
  }
  for (const char* text : {"", "-", "01", "1.", ".5", "1e", "NaN", "Infinity", "+1", "1 ", "0x1"}) {
    EXPECT_EQ(JsonValue::Number(text).number_text(), nullptr) << text;
  }
  EXPECT_EQ(JsonValue(JsonValue::Object{{"$number", 1}}).number_text(), nullptr);
  EXPECT_EQ(JsonValue(JsonValue::Object{{"$number", "1"}, {"a", 1}}).number_text(), nullptr);
}

}  // namespace
}  // namespace cache_invalidation
