// SPDX-License-Identifier: Apache-2.0

#include "common/json_value.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

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

TEST(JsonValue, IsMadeOfWhatProgramsHave) {
  EXPECT_TRUE(JsonValue(nullptr).is_null());
  const char* const none = nullptr;
  EXPECT_TRUE(JsonValue(none).is_null());
  EXPECT_EQ(JsonValue("x"), JsonValue(std::string("x")));
  EXPECT_EQ(JsonValue(absl::string_view("xyz").substr(1, 1)), JsonValue("y"));
  EXPECT_EQ(JsonValue(std::string_view("xyz").substr(2)), JsonValue("z"));
  EXPECT_EQ(JsonValue(uint32_t{4'000'000'000}), JsonValue(4e9));
  EXPECT_EQ(JsonValue(int16_t{-3}), JsonValue(-3));
  EXPECT_EQ(JsonValue(uint8_t{200}), JsonValue(200));
  EXPECT_EQ(JsonValue(1.5f), JsonValue(1.5));

  const JsonValue object(JsonValue::Object{{"customer", nullptr}, {"name", none}, {"retries", 3u}});
  EXPECT_TRUE(object.Find("customer")->is_null());
  EXPECT_TRUE(object.Find("name")->is_null());
  EXPECT_EQ(*object.Find("retries")->as_number(), 3);
}

TEST(JsonValue, DoesNotRoundIdsNorCountCharacters) {
  EXPECT_FALSE((std::is_constructible_v<JsonValue, int64_t>));
  EXPECT_FALSE((std::is_constructible_v<JsonValue, uint64_t>));
  EXPECT_FALSE((std::is_constructible_v<JsonValue, long long>));
  EXPECT_FALSE((std::is_constructible_v<JsonValue, size_t>));
  EXPECT_FALSE((std::is_constructible_v<JsonValue, char>));
  EXPECT_FALSE((std::is_constructible_v<JsonValue, char32_t>));
  EXPECT_FALSE((std::is_constructible_v<JsonValue, const void*>));
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
