// SPDX-License-Identifier: Apache-2.0

#include "server/process/memory_watch.h"

#include "gtest/gtest.h"

namespace cache_invalidation::process {
namespace {

constexpr size_t kMiB = 1 << 20;

// Observes from `begin` to `end`; returns how often pages should be returned. Afterwards they are
// not resident any more.
int Observe(MemoryWatch& watch, size_t& resident, size_t in_use, absl::Duration begin,
            absl::Duration end) {
  int trims = 0;
  for (absl::Duration now = begin; now < end; now += kMemoryCheckInterval) {
    if (!watch.Observe(resident, now)) continue;
    resident = in_use;
    ++trims;
  }
  return trims;
}

TEST(MemoryWatchTest, GivesBackOnceAfterAFlood) {
  MemoryWatch watch(0);
  size_t resident = 30 * kMiB;
  EXPECT_EQ(Observe(watch, resident, 30 * kMiB, absl::Seconds(0), absl::Seconds(60)), 0);
  resident = 1000 * kMiB;
  EXPECT_EQ(Observe(watch, resident, 80 * kMiB, absl::Seconds(60), absl::Seconds(61)), 0)
      << "more may come";
  EXPECT_EQ(Observe(watch, resident, 80 * kMiB, absl::Seconds(61), absl::Seconds(300)), 1);
}

TEST(MemoryWatchTest, LeavesWhatIsInUse) {
  MemoryWatch watch(0);
  size_t resident = 30 * kMiB;
  watch.Observe(resident, absl::ZeroDuration());
  resident = 1000 * kMiB;
  EXPECT_EQ(Observe(watch, resident, resident, absl::Seconds(60), absl::Seconds(300)), 1);
}

TEST(MemoryWatchTest, TellsHowFullItIs) {
  MemoryWatch watch(1000 * kMiB);
  const std::pair<size_t, MemoryLevel> cases[] = {
      {799, MemoryLevel::kNormal},   {801, MemoryLevel::kFull},  {899, MemoryLevel::kFull},
      {901, MemoryLevel::kCritical}, {1000, MemoryLevel::kOver}, {100, MemoryLevel::kNormal}};
  absl::Duration now = absl::ZeroDuration();
  for (const auto& [resident, level] : cases) {
    watch.Observe(resident * kMiB, now += absl::Seconds(1));
    EXPECT_EQ(watch.level(), level) << resident;
  }
}

TEST(MemoryWatchTest, GivesBackWhatItCanWhenItIsFull) {
  MemoryWatch watch(1000 * kMiB);
  size_t resident = 850 * kMiB;
  EXPECT_TRUE(watch.Observe(resident, absl::Seconds(0)));
  EXPECT_EQ(Observe(watch, resident, resident, absl::Seconds(1), absl::Seconds(11)), 5)
      << "now and then, not all the time";
}

TEST(MemoryWatchTest, KnowsNoLevelsWithoutALimit) {
  MemoryWatch watch(0);
  watch.Observe(~size_t{0} >> 1, absl::ZeroDuration());
  EXPECT_EQ(watch.level(), MemoryLevel::kNormal);
}

}  // namespace
}  // namespace cache_invalidation::process
