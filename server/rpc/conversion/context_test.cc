// SPDX-License-Identifier: Apache-2.0

#include "server/rpc/conversion/write_conversion.h"

#include <limits>
#include <random>
#include <string>

#include "common/limits.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"

namespace cache_invalidation::rpc {
namespace {

using google::protobuf::Struct;
using google::protobuf::Value;

Struct FromJson(const std::string& json) {
  Struct object;
  const auto status = google::protobuf::util::JsonStringToMessage(json, &object);
  EXPECT_TRUE(status.ok()) << json << status.ToString();
  return object;
}

std::string ErrorOfContext(const std::string& encoded) {
  return std::string(CheckContext("context", encoded).message());
}

TEST(Context, DecodesEveryKindOfValue) {
  const std::string encoded =
      FromJson(R"({"text": "a\u00e4", "number": 1.5, "yes": true, "nothing": null,
                   "list": [1, "two", [3], {"four": 4}], "old": {"owner": 7}})")
          .SerializeAsString();
  ASSERT_TRUE(CheckContext("context", encoded).ok());
  const EncodedContext context(encoded);
  const JsonValue& json = context.Get();
  EXPECT_EQ(*json.Find("text")->as_string(), "a\u00e4");
  EXPECT_EQ(*json.Find("number")->as_number(), 1.5);
  EXPECT_TRUE(*json.Find("yes")->as_bool());
  EXPECT_TRUE(json.Find("nothing")->is_null());
  const JsonValue::List& list = *json.Find("list")->as_list();
  ASSERT_EQ(list.size(), 4u);
  EXPECT_EQ(*list[1].as_string(), "two");
  EXPECT_EQ(*list[2].as_list()->front().as_number(), 3);
  EXPECT_EQ(*list[3].Find("four")->as_number(), 4);
  EXPECT_EQ(*json.Find("old")->Find("owner")->as_number(), 7);
  EXPECT_EQ(&context.Get(), &json) << "it is decoded once";
}

TEST(Context, TreatsAValueWithoutKindAsNull) {
  Struct object;
  (*object.mutable_fields())["unset"];
  const std::string encoded = object.SerializeAsString();
  ASSERT_TRUE(CheckContext("context", encoded).ok());
  EXPECT_TRUE(EncodedContext(encoded).Get().Find("unset")->is_null());
}

TEST(Context, NamesThePlaceOfWhatIsNotUtf8) {
  Struct object = FromJson(R"({"old": {"names": ["a", "MARK"]}})");
  std::string encoded = object.SerializeAsString();
  encoded.replace(encoded.find("MARK"), 4, "\xff\xff\xff\xff");
  EXPECT_EQ(ErrorOfContext(encoded), "context.old.names[1]: expected UTF-8");

  encoded = FromJson(R"({"MARK": 1})").SerializeAsString();
  encoded.replace(encoded.find("MARK"), 4, "\xff\xff\xff\xff");
  EXPECT_EQ(ErrorOfContext(encoded), "context: expected names of fields in UTF-8");
}

TEST(Context, RefusesWhatIsNoStruct) {
  EXPECT_EQ(ErrorOfContext("\x0a"), "context: expected an encoded google.protobuf.Struct");
  EXPECT_EQ(ErrorOfContext(std::string("\x0a\x05\x0a\x01x\x12", 6)),
            "context: expected an encoded google.protobuf.Struct");
}

TEST(Context, IsCompleted) {
  const std::string encoded =
      FromJson(R"({"a": 1, "b": 2, "fields_changed": ["a"], "old": {"c": {"$number": "3.0"}}})")
          .SerializeAsString();
  ASSERT_TRUE(CheckContext("context", encoded).ok());
  const EncodedContext context(encoded);
  const JsonValue& old = *context.Get().Find("old");
  EXPECT_TRUE(old.is_open());
  EXPECT_EQ(old.Find("a"), nullptr);
  EXPECT_EQ(*old.Find("b")->as_number(), 2);
  EXPECT_EQ(*old.Find("c")->number_text(), "3.0");
}

// A number inside `levels` objects or lists.
Value Nested(int levels, bool lists) {
  Value value;
  value.set_number_value(1);
  for (int i = 0; i < levels; ++i) {
    Value outer;
    Value* inside = lists ? outer.mutable_list_value()->add_values()
                          : &(*outer.mutable_struct_value()->mutable_fields())["o"];
    *inside = std::move(value);
    value = std::move(outer);
  }
  return value;
}

TEST(Context, BoundsTheDepth) {
  for (const bool lists : {false, true}) {
    Struct object;
    (*object.mutable_fields())["x"] = Nested(kMaxContextDepth - 1, lists);
    const std::string deepest = object.SerializeAsString();
    ASSERT_TRUE(CheckContext("context", deepest).ok());
    EXPECT_NE(EncodedContext(deepest).Get().Find("x"), nullptr) << "what is allowed can be decoded";

    (*object.mutable_fields())["x"] = Nested(kMaxContextDepth, lists);
    EXPECT_NE(ErrorOfContext(object.SerializeAsString()).find("levels"), std::string::npos);
  }
}

TEST(Context, BoundsTheSize) {
  Struct object;
  (*object.mutable_fields())["x"].set_string_value(std::string(kMaxContextBytes, 'x'));
  EXPECT_NE(ErrorOfContext(object.SerializeAsString()).find("expected at most 262144 bytes"),
            std::string::npos);
}

// What passes the check must be decodable: a randomly damaged context is either refused or decoded.
TEST(Context, NeverAcceptsWhatCannotBeDecoded) {
  const std::string good =
      FromJson(R"({"a": [1, {"b": "text"}, null], "old": {"c": true, "d": {"e": [[]]}}})")
          .SerializeAsString();
  const unsigned seed = std::random_device()();
  SCOPED_TRACE(::testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  for (int i = 0; i < 50'000; ++i) {
    std::string damaged = good;
    for (unsigned change = 0; change <= random() % 3; ++change) {
      damaged[random() % damaged.size()] = static_cast<char>(random());
    }
    if (random() % 4 == 0) damaged.resize(random() % damaged.size());
    if (CheckContext("context", damaged).ok() && !damaged.empty()) EncodedContext(damaged).Get();
  }
}

}  // namespace
}  // namespace cache_invalidation::rpc
