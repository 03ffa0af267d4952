// SPDX-License-Identifier: Apache-2.0

#include "common/condition/function.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace cache_invalidation::condition {
namespace {

TEST(Function, IsFoundByItsName) {
  for (const Signature& signature : Signatures()) {
    EXPECT_EQ(FindFunction(signature.name), signature.function) << signature.name;
    EXPECT_EQ(FunctionName(signature.function), signature.name);
  }
  EXPECT_EQ(FindFunction("Size"), Function::kUnknown);
  EXPECT_EQ(FindFunction("zzz"), Function::kUnknown);
  EXPECT_EQ(FindFunction(""), Function::kUnknown);
}

TEST(Function, NamesAreInOrder) {
  EXPECT_TRUE(std::is_sorted(
      Signatures().begin(), Signatures().end(),
      [](const Signature& left, const Signature& right) { return left.name < right.name; }));
}

TEST(Function, OperatorsAreNamedAsTheyAreWritten) {
  EXPECT_EQ(FunctionName(Function::kNegate), "-");
  EXPECT_EQ(FunctionName(Function::kNot), "!");
  EXPECT_EQ(FunctionName(Function::kGreaterEquals), ">=");
  EXPECT_EQ(FunctionName(Function::kIn), "in");
  EXPECT_EQ(FunctionName(Function::kUnknown), "");
}

TEST(Function, OnlyOperatorsAreOperators) {
  EXPECT_TRUE(IsOperator(Function::kNegate));
  EXPECT_TRUE(IsOperator(Function::kIn));
  EXPECT_FALSE(IsOperator(Function::kUnknown));
  EXPECT_FALSE(IsOperator(Function::kSize));
}

TEST(Function, IsCalledInItsWays) {
  EXPECT_TRUE(IsCallable(Function::kSize, false, 1));
  EXPECT_TRUE(IsCallable(Function::kSize, true, 0));
  EXPECT_FALSE(IsCallable(Function::kSize, true, 1));
  EXPECT_FALSE(IsCallable(Function::kContains, false, 2));
  EXPECT_TRUE(IsCallable(Function::kGetHours, true, 0));
  EXPECT_TRUE(IsCallable(Function::kGetHours, true, 1));
  EXPECT_FALSE(IsCallable(Function::kGetHours, true, 2));
  EXPECT_FALSE(IsCallable(Function::kUnknown, false, 0));
}

}  // namespace
}  // namespace cache_invalidation::condition
