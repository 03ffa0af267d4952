// SPDX-License-Identifier: Apache-2.0

#include "client/internal/cache/type_token.h"

#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <map>
#include <string>
#include <typeinfo>

namespace cache_invalidation::client::internal {

struct Shared {};

namespace {

struct Hidden {};

// The object that another library has for the type.
template <typename Type>
TypeName Elsewhere() {
  return kTypeName<Type>;
}

// The same in a library that was compiled with -fno-rtti.
template <typename Type>
TypeName WithoutRtti() {
  return {nullptr, kTypeName<Type>.text};
}

// Whether the type is recognised in other libraries.
template <typename Type>
bool IsRecognised() {
  const TypeName other = Elsewhere<Type>();
  return TypeToken(&kTypeName<Type>) == TypeToken(&other);
}

template <typename Type>
bool IsRecognisedWithoutRtti() {
  const TypeName one = WithoutRtti<Type>();
  const TypeName other = WithoutRtti<Type>();
  return TypeToken(&one) == TypeToken(&other);
}

TEST(TypeTokenTest, IsThatOfTheType) {
  EXPECT_TRUE(TypeToken(&kTypeName<int>) == TypeToken(&kTypeName<int>));
  EXPECT_FALSE(TypeToken(&kTypeName<int>) == TypeToken(&kTypeName<unsigned>));
  EXPECT_FALSE(TypeToken(&kTypeName<int>) == TypeToken(nullptr));
  EXPECT_TRUE(TypeToken(nullptr) == TypeToken(nullptr));
}

TEST(TypeTokenTest, OtherLibrariesRecogniseIt) {
  EXPECT_TRUE(IsRecognised<int>());
  EXPECT_TRUE(IsRecognised<Shared>());
  EXPECT_TRUE((IsRecognised<std::map<std::string, Shared>>()));
  EXPECT_TRUE((IsRecognised<std::array<int, 3>>()));
  EXPECT_TRUE(IsRecognised<std::function<void(int)>>());
}

TEST(TypeTokenTest, OtherLibrariesRecogniseItWithoutRtti) {
  EXPECT_TRUE(IsRecognisedWithoutRtti<int>());
  EXPECT_TRUE(IsRecognisedWithoutRtti<Shared>());
  EXPECT_TRUE((IsRecognisedWithoutRtti<std::map<std::string, Shared>>()));
  const TypeName one = WithoutRtti<int>();
  const TypeName other = WithoutRtti<unsigned>();
  EXPECT_FALSE(TypeToken(&one) == TypeToken(&other));
}

// Two files can each have a type of that name.
TEST(TypeTokenTest, TypesOfOneFileAreNotTakenForEachOther) {
  struct Local {};
  const auto lambda = [] {};
  EXPECT_FALSE(IsRecognised<Hidden>());
  EXPECT_FALSE(IsRecognisedWithoutRtti<Hidden>());
  EXPECT_FALSE((IsRecognisedWithoutRtti<std::map<int, Hidden>>()));
  EXPECT_FALSE(IsRecognisedWithoutRtti<Local>());
  EXPECT_FALSE(IsRecognisedWithoutRtti<decltype(lambda)>());
  // 3 could be a size or a character.
  EXPECT_FALSE((IsRecognisedWithoutRtti<std::array<int, 3>>()));
}

TEST(TypeTokenTest, LibrariesWithAndWithoutRttiDoNotMix) {
  const TypeName other = WithoutRtti<int>();
  EXPECT_FALSE(TypeToken(&kTypeName<int>) == TypeToken(&other));
}

}  // namespace
}  // namespace cache_invalidation::client::internal
