// SPDX-License-Identifier: Apache-2.0

#include "client/change/type_mapping.h"

#include <string>

#include "common/limits.h"
#include "common/names.h"
#include "gtest/gtest.h"

namespace cache_invalidation::change {
namespace {

TEST(TypeMappingTest, TypesAreTablesWithTheirSchema) {
  const TypeMapping types;
  EXPECT_EQ(types.TypeOf("public", "users"), "users");
  EXPECT_EQ(types.TypeOf("audit", "events"), "audit.events");
  EXPECT_EQ(types.TypeOf("public", "a:b*c%d\x01\u0085ä"), "a%3Ab%2Ac%25d%01%85ä");
  EXPECT_EQ(types.TypeOf("public", "J\xe4ger"), "J%E4ger");
}

// Found by tests/fuzz: the service refused the writes of such tables.
TEST(TypeMappingTest, ANameThatIsTooLongForATypeIsCut) {
  const auto type_of = [](const std::string& table) {
    return TypeMapping().TypeOf("public", table);
  };
  const std::string longest(kMaxTypeBytes, 'x');
  EXPECT_EQ(type_of(longest), longest);
  EXPECT_EQ(type_of(longest + "y").size(), kMaxTypeBytes);
  EXPECT_NE(type_of(longest + "y"), type_of(longest + "z"));
  EXPECT_EQ(type_of(longest + "y"), type_of(longest + "y"));
  std::string accents;
  while (accents.size() <= kMaxTypeBytes) accents += "\u00e9";
  EXPECT_TRUE(CheckType(type_of(accents)).ok()) << "no character is cut in two";
  EXPECT_TRUE(CheckType(type_of(std::string(60, ':'))).ok());
}

TEST(TypeMappingTest, TheFirstThatMatchesTheWholeNameCounts) {
  const auto types = TypeMapping::Parse({"orders_[0-9]+=orders", "orders_.*=others",
                                         R"((\w+)\.events_\w+=\1.events)", "a|b=c", "x=y=z"});
  ASSERT_TRUE(types.ok()) << types.status();
  EXPECT_EQ(types->TypeOf("public", "orders_2024"), "orders");
  EXPECT_EQ(types->TypeOf("public", "orders_old"), "others");
  EXPECT_EQ(types->TypeOf("public", "my_orders_2024"), "my_orders_2024");
  EXPECT_EQ(types->TypeOf("public", "orders"), "orders");
  EXPECT_EQ(types->TypeOf("audit", "events_may"), "audit.events");
  EXPECT_EQ(types->TypeOf("audit", "orders_2024"), "audit.orders_2024");
  EXPECT_EQ(types->TypeOf("public", "b"), "c");
  EXPECT_EQ(types->TypeOf("public", "ab"), "ab");
  EXPECT_EQ(types->TypeOf("public", "x=y"), "z");
}

TEST(TypeMappingTest, WhatComesOutIsAType) {
  const auto types = TypeMapping::Parse({R"((.*)~=\1)", R"((x?)y=\1)"});
  ASSERT_TRUE(types.ok()) << types.status();
  EXPECT_EQ(types->TypeOf("public", "b:*~"), "b%3A%2A");
  EXPECT_EQ(types->TypeOf("public", "y"), "y") << "no type is empty";
}

TEST(TypeMappingTest, RefusesWhatIsNoMapping) {
  for (const char* wrong :
       {"", "orders", "=orders", "orders=", "(=orders", R"(a=\1)", "a=b:c", "a.*=*"}) {
    const auto types = TypeMapping::Parse({"a=b", wrong});
    EXPECT_EQ(types.status().code(), absl::StatusCode::kInvalidArgument) << wrong;
  }
}

}  // namespace
}  // namespace cache_invalidation::change
