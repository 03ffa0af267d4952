#include "client/connect/redis/sink_queue.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace cache_invalidation::connect {
namespace {

using client::Position;

constexpr absl::Duration kSecond = absl::Seconds(1);

Position At(uint64_t revision) { return {.epoch = "e", .revision = revision}; }
RedisTargets Key(const std::string& key) { return {.keys = {key}}; }

// Takes a batch and drops it. Returns whether it has the key.
bool DropsKey(SinkQueue& queue, const std::string& key, absl::Duration now) {
  auto batch = queue.Next(now);
  if (!batch.has_value()) return false;
  const bool has_key = batch->targets.keys.contains(key);
  queue.Dropped(*std::move(batch), now);
  return has_key;
}

TEST(SinkQueueTest, WhatWaitsMerges) {
  SinkQueue queue({}, 10);
  queue.Add(Key("a"), At(1));
  queue.Add(Key("b"), At(2));
  queue.Add(Key("a"), At(3));
  const auto batch = queue.Next(kSecond);
  ASSERT_TRUE(batch.has_value());
  EXPECT_EQ(batch->targets.keys.size(), 2u);
  EXPECT_EQ(batch->position, At(3));
  EXPECT_FALSE(queue.Next(kSecond).has_value());
  EXPECT_EQ(queue.NextAt(), absl::InfiniteDuration());
}

TEST(SinkQueueTest, EachIsDroppedAgainAndThePositionIsReachedWithTheLastTime) {
  SinkQueue queue({2 * kSecond, 30 * kSecond}, 10);
  queue.Add(Key("a"), At(1));
  auto batch = queue.Next(kSecond);
  EXPECT_FALSE(batch->position.has_value());
  queue.Dropped(*std::move(batch), kSecond);
  EXPECT_EQ(queue.NextAt(), 3 * kSecond);
  EXPECT_FALSE(queue.Next(2 * kSecond).has_value());
  batch = queue.Next(3 * kSecond);
  EXPECT_FALSE(batch->position.has_value());
  EXPECT_TRUE(batch->targets.keys.contains("a"));
  queue.Dropped(*std::move(batch), 3 * kSecond);
  EXPECT_EQ(queue.NextAt(), 31 * kSecond);
  batch = queue.Next(31 * kSecond);
  EXPECT_TRUE(batch->targets.keys.contains("a"));
  EXPECT_EQ(batch->position, At(1));
  queue.Dropped(*std::move(batch), 31 * kSecond);
  EXPECT_EQ(queue.size(), 0u);
}

TEST(SinkQueueTest, VersionsAreDroppedOnceButTheirPositionDoesNotOvertake) {
  SinkQueue queue({kSecond}, 10);
  queue.Add(Key("a"), At(1));
  EXPECT_TRUE(DropsKey(queue, "a", kSecond));
  queue.Add({.versions = {"v"}}, At(2));
  auto batch = queue.Next(kSecond);
  EXPECT_FALSE(batch->position.has_value());
  queue.Dropped(*std::move(batch), kSecond);
  batch = queue.Next(2 * kSecond);
  EXPECT_TRUE(batch->targets.keys.contains("a"));
  EXPECT_TRUE(batch->targets.versions.empty());
  EXPECT_EQ(batch->position, At(2)) << "dropped together";
}

TEST(SinkQueueTest, WhatIsDueComesAlthoughNewEventsNeverEnd) {
  SinkQueue queue({kSecond}, 100);
  queue.Add(Key("a"), At(1));
  EXPECT_TRUE(DropsKey(queue, "a", kSecond));
  queue.Add(Key("b"), At(2));
  EXPECT_TRUE(DropsKey(queue, "a", 2 * kSecond));
}

TEST(SinkQueueTest, MergingDelaysNoneWithoutLimit) {
  SinkQueue queue({kSecond}, 100'000);
  for (int i = 0; i < 100; ++i) {
    queue.Add(Key(absl::StrCat(i)), At(1));
    EXPECT_TRUE(DropsKey(queue, absl::StrCat(i), i * absl::Milliseconds(10)));
  }
  // The first was dropped at 0.
  EXPECT_LT(queue.NextAt(), kSecond + absl::Milliseconds(200));
}

TEST(SinkQueueTest, MoreThanTheLimitIsEverything) {
  SinkQueue queue({kSecond}, 3);
  queue.Add(Key("a"), At(1));
  EXPECT_TRUE(DropsKey(queue, "a", kSecond));
  for (uint64_t i = 2; i < 5; ++i) queue.Add(Key(absl::StrCat(i)), At(i));
  EXPECT_EQ(queue.widened(), 1u);
  EXPECT_EQ(queue.size(), 1u);
  auto batch = queue.Next(kSecond);
  EXPECT_TRUE(batch->targets.everything);
  EXPECT_EQ(batch->last, At(4));
  queue.Dropped(*std::move(batch), kSecond);
  batch = queue.Next(2 * kSecond);
  EXPECT_TRUE(batch->targets.everything) << "a late fill can be of any key";
  EXPECT_EQ(batch->position, At(4));
}

TEST(SinkQueueTest, WhatIsAddedToEverythingIsCovered) {
  SinkQueue queue({}, 3);
  queue.Reset(At(7));
  for (uint64_t i = 8; i < 20; ++i) queue.Add(Key(absl::StrCat(i)), At(i));
  EXPECT_EQ(queue.widened(), 0u);
  const auto batch = queue.Next(kSecond);
  EXPECT_TRUE(batch->targets.everything);
  EXPECT_EQ(batch->position, At(19));
}

TEST(SinkQueueTest, AResetForgetsWhatWasTaken) {
  SinkQueue queue({kSecond}, 10);
  queue.Add(Key("a"), At(9));
  auto batch = queue.Next(kSecond);
  const Position other{.epoch = "f", .revision = 2};
  queue.Reset(other);
  queue.Dropped(*std::move(batch), kSecond);
  batch = queue.Next(kSecond);
  EXPECT_TRUE(batch->targets.everything);
  queue.Dropped(*std::move(batch), kSecond);
  batch = queue.Next(2 * kSecond);
  EXPECT_EQ(batch->position, other);
  queue.Dropped(*std::move(batch), 2 * kSecond);
  EXPECT_EQ(queue.NextAt(), absl::InfiniteDuration());
}

}  // namespace
}  // namespace cache_invalidation::connect
