// SPDX-License-Identifier: Apache-2.0

#include "common/condition/budget.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <string>

namespace cache_invalidation::condition {
namespace {

TEST(Budget, IsExhaustedOnceMoreIsSpentThanThereIs) {
  Budget budget(/*max_cost=*/10);
  EXPECT_TRUE(budget.Spend(10));
  EXPECT_FALSE(budget.exhausted());
  EXPECT_FALSE(budget.Spend(1));
  EXPECT_TRUE(budget.exhausted());
  EXPECT_FALSE(budget.Spend(0));
  EXPECT_EQ(budget.cost(), 11u);
}

TEST(Budget, SpendsAUnitForTenBytes) {
  Budget budget;
  budget.SpendOnSize(9);
  EXPECT_EQ(budget.cost(), 0u);
  budget.SpendOnSize(100);
  EXPECT_EQ(budget.cost(), 10u);
}

TEST(Budget, MakesErrorsOfParts) {
  Budget budget;
  EXPECT_STREQ(budget.Error({"no such key: ", "price"}).error_message(), "no such key: price");
  EXPECT_STREQ(budget.Error({}).error_message(), "");
}

TEST(Budget, CutsLongPartsBetweenCharacters) {
  Budget budget;
  std::string text(kMaxQuotedBytes - 1, 'a');
  const std::string kept = text;
  text += "\u00ff\u00ff";
  EXPECT_EQ(std::string(budget.Error({text, "!"}).error_message()), kept + "!");
}

TEST(Budget, StillSaysWhatIsWrongWithoutMemory) {
  Budget budget(kMaxCost, /*max_bytes=*/3);
  const Value error = budget.Error({"no such key"});
  ASSERT_TRUE(error.is_error());
  EXPECT_STREQ(error.error_message(), Budget::OutOfMemory().error_message());
}

TEST(Budget, KeepsTexts) {
  Budget budget;
  const Value text = budget.Text(Value::Kind::kString, "ab", "c");
  ASSERT_TRUE(text.is(Value::Kind::kString));
  EXPECT_EQ(text.as_text(), "abc");
  EXPECT_TRUE(budget.Text(Value::Kind::kBytes, "").is(Value::Kind::kBytes));
  const std::string half(kMaxResultBytes / 2 + 1, 'a');
  EXPECT_TRUE(budget.Text(Value::Kind::kString, half, half).is_error());
}

TEST(Arena, GivesOutWhatDoesNotOverlap) {
  Arena arena(1 << 20);
  char* last = nullptr;
  for (size_t size : {1, 10, 100, 1000, 10'000, 100'000, 3, 0}) {
    char* given = arena.Allocate<char>(size);
    ASSERT_NE(given, nullptr) << size;
    std::memset(given, static_cast<int>(size), size);
    if (last != nullptr) {
      EXPECT_NE(given, last);
    }
    last = size > 0 ? given : last;
  }
}

TEST(Arena, AlignsWhatItGivesOut) {
  Arena arena(1 << 20);
  for (int i = 0; i < 1000; ++i) {
    arena.Allocate<char>(1);
    const auto* number = arena.Allocate<uint64_t>(1);
    ASSERT_NE(number, nullptr);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(number) % alignof(uint64_t), 0u);
  }
}

TEST(Arena, EndsAtItsLimit) {
  Arena arena(1000);
  EXPECT_EQ(arena.Allocate<char>(1001), nullptr);
  EXPECT_NE(arena.Allocate<char>(600), nullptr);
  EXPECT_EQ(arena.Allocate<char>(600), nullptr);
  EXPECT_NE(arena.Allocate<char>(400), nullptr);
  EXPECT_EQ(arena.Allocate<char>(1), nullptr);
  EXPECT_NE(arena.Allocate<char>(0), nullptr);
  EXPECT_EQ(arena.Allocate<uint64_t>(SIZE_MAX / 4), nullptr) << "no overflow";
}

}  // namespace
}  // namespace cache_invalidation::condition
