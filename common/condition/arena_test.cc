#include "common/condition/arena.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>

namespace cache_invalidation::condition {
namespace {

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
