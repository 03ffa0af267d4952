// SPDX-License-Identifier: Apache-2.0

#include "client/connect/sink_queue.h"

#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/connect/http/purge_request.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cache_invalidation::connect {
namespace {

using client::Position;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr size_t kAll = 1'000'000;
constexpr absl::Duration kSecond = absl::Seconds(1);
constexpr absl::Duration kStart = absl::Seconds(1'000);

Position At(uint64_t revision) { return {.epoch = "e", .revision = revision}; }
SinkTargets Keys(std::set<std::string> keys) { return {.keys = std::move(keys)}; }
SinkTargets Key(const std::string& key) { return {.keys = {key}}; }

// Takes a batch and drops it. Returns whether it has the key.
bool DropsKey(SinkQueue& queue, const std::string& key, absl::Duration now) {
  auto batch = queue.Next(now, kAll);
  if (!batch.has_value()) return false;
  const bool has_key = batch->targets.keys.contains(key);
  queue.Dropped(*std::move(batch), now);
  return has_key;
}

TEST(SinkQueueTest, WhatWaitsMerges) {
  SinkQueue queue({.again_after = {}, .max_targets = 10});
  queue.Add(Key("a"), At(1));
  queue.Add(Key("b"), At(2));
  queue.Add(Key("a"), At(3));
  const auto batch = queue.Next(kSecond, kAll);
  ASSERT_TRUE(batch.has_value());
  EXPECT_EQ(batch->targets.keys.size(), 2u);
  EXPECT_EQ(batch->position, At(3));
  EXPECT_FALSE(queue.Next(kSecond, kAll).has_value());
  EXPECT_EQ(queue.NextAt(), absl::InfiniteDuration());
}

TEST(SinkQueueTest, EachIsDroppedAgainAndThePositionIsReachedWithTheLastTime) {
  SinkQueue queue({.again_after = {2 * kSecond, 30 * kSecond}, .max_targets = 10});
  queue.Add(Key("a"), At(1));
  auto batch = queue.Next(kSecond, kAll);
  EXPECT_FALSE(batch->position.has_value());
  queue.Dropped(*std::move(batch), kSecond);
  EXPECT_EQ(queue.NextAt(), 3 * kSecond);
  EXPECT_FALSE(queue.Next(2 * kSecond, kAll).has_value());
  batch = queue.Next(3 * kSecond, kAll);
  EXPECT_FALSE(batch->position.has_value());
  EXPECT_TRUE(batch->targets.keys.contains("a"));
  queue.Dropped(*std::move(batch), 3 * kSecond);
  EXPECT_EQ(queue.NextAt(), 31 * kSecond);
  batch = queue.Next(31 * kSecond, kAll);
  EXPECT_TRUE(batch->targets.keys.contains("a"));
  EXPECT_EQ(batch->position, At(1));
  queue.Dropped(*std::move(batch), 31 * kSecond);
  EXPECT_EQ(queue.size(), 0u);
}

TEST(SinkQueueTest, VersionsAreDroppedOnceButTheirPositionDoesNotOvertake) {
  SinkQueue queue({.again_after = {kSecond}, .max_targets = 10});
  queue.Add(Key("a"), At(1));
  EXPECT_TRUE(DropsKey(queue, "a", kSecond));
  queue.Add({.once = {"v"}}, At(2));
  auto batch = queue.Next(kSecond, kAll);
  EXPECT_FALSE(batch->position.has_value());
  queue.Dropped(*std::move(batch), kSecond);
  batch = queue.Next(2 * kSecond, kAll);
  EXPECT_TRUE(batch->targets.keys.contains("a"));
  EXPECT_TRUE(batch->targets.once.empty());
  EXPECT_EQ(batch->position, At(2)) << "dropped together";
}

TEST(SinkQueueTest, WhatIsDueComesAlthoughNewEventsNeverEnd) {
  SinkQueue queue({.again_after = {kSecond}, .max_targets = 100});
  queue.Add(Key("a"), At(1));
  EXPECT_TRUE(DropsKey(queue, "a", kSecond));
  queue.Add(Key("b"), At(2));
  EXPECT_TRUE(DropsKey(queue, "a", 2 * kSecond));
}

TEST(SinkQueueTest, MergingDelaysNoneWithoutLimit) {
  SinkQueue queue({.again_after = {kSecond}, .max_targets = 100'000});
  for (int i = 0; i < 100; ++i) {
    queue.Add(Key(absl::StrCat(i)), At(1));
    EXPECT_TRUE(DropsKey(queue, absl::StrCat(i), i * absl::Milliseconds(10)));
  }
  // The first was dropped at 0.
  EXPECT_LT(queue.NextAt(), kSecond + absl::Milliseconds(200));
}

TEST(SinkQueueTest, MoreThanTheLimitIsEverything) {
  SinkQueue queue({.again_after = {kSecond}, .max_targets = 3});
  queue.Add(Key("a"), At(1));
  EXPECT_TRUE(DropsKey(queue, "a", kSecond));
  for (uint64_t i = 2; i < 5; ++i) queue.Add(Key(absl::StrCat(i)), At(i));
  EXPECT_EQ(queue.widened(), 1u);
  EXPECT_EQ(queue.size(), 1u);
  auto batch = queue.Next(kSecond, kAll);
  EXPECT_TRUE(batch->targets.everything);
  EXPECT_EQ(batch->last, At(4));
  queue.Dropped(*std::move(batch), kSecond);
  batch = queue.Next(2 * kSecond, kAll);
  EXPECT_TRUE(batch->targets.everything) << "a late fill can be of any key";
  EXPECT_EQ(batch->position, At(4));
}

TEST(SinkQueueTest, WhatIsAddedToEverythingIsCovered) {
  SinkQueue queue({.again_after = {}, .max_targets = 3});
  queue.Reset(At(7));
  for (uint64_t i = 8; i < 20; ++i) queue.Add(Key(absl::StrCat(i)), At(i));
  EXPECT_EQ(queue.widened(), 0u);
  const auto batch = queue.Next(kSecond, kAll);
  EXPECT_TRUE(batch->targets.everything);
  EXPECT_EQ(batch->position, At(19));
}

TEST(SinkQueueTest, AResetForgetsWhatWasTaken) {
  SinkQueue queue({.again_after = {kSecond}, .max_targets = 10});
  queue.Add(Key("a"), At(9));
  auto batch = queue.Next(kSecond, kAll);
  const Position other{.epoch = "f", .revision = 2};
  queue.Reset(other);
  queue.Dropped(*std::move(batch), kSecond);
  batch = queue.Next(kSecond, kAll);
  EXPECT_TRUE(batch->targets.everything);
  queue.Dropped(*std::move(batch), kSecond);
  batch = queue.Next(2 * kSecond, kAll);
  EXPECT_EQ(batch->position, other);
  queue.Dropped(*std::move(batch), 2 * kSecond);
  EXPECT_EQ(queue.NextAt(), absl::InfiniteDuration());
}

// A cache that is purged in parts, of keys with types.
class SinkQueuePartsTest : public ::testing::Test {
 protected:
  void Use(std::vector<absl::Duration> again_after, size_t max_keys = 100) {
    queue_.emplace(SinkQueueOptions{.again_after = std::move(again_after),
                                    .max_targets = max_keys,
                                    .widen_to_types = WidenToTypes,
                                    .max_batch_bytes = 7'000},
                   At(10));
  }
  // Takes and purges all that is due, in parts of two; returns it.
  std::vector<std::string> Purge(absl::Duration now) {
    std::vector<std::string> keys;
    while (std::optional<SinkQueue::Batch> part = queue_->Next(now, 2)) {
      if (part->targets.everything) keys.push_back("everything");
      keys.insert(keys.end(), part->targets.keys.begin(), part->targets.keys.end());
      queue_->Dropped(*std::move(part), now);
    }
    return keys;
  }
  // Purges one part.
  void PurgePart(absl::Duration now) {
    std::optional<SinkQueue::Batch> part = queue_->Next(now, 2);
    ASSERT_TRUE(part.has_value());
    queue_->Dropped(*std::move(part), now);
  }
  uint64_t reached() const { return queue_->reached()->revision; }
  size_t repeated_size() const { return queue_->size() - queue_->new_size(); }

  std::optional<SinkQueue> queue_;
};

TEST_F(SinkQueuePartsTest, TheSameKeyOnce) {
  Use({});
  queue_->Add(Keys({"a", "b"}), At(11));
  queue_->Add(Keys({"b", "c"}), At(12));
  EXPECT_EQ(queue_->size(), 3u);
  EXPECT_EQ(reached(), 10u);
  EXPECT_THAT(Purge(kStart), ElementsAre("a", "b", "c"));
  EXPECT_EQ(reached(), 12u);
}

TEST_F(SinkQueuePartsTest, WhatDropsNothingMovesThePosition) {
  Use({absl::Seconds(30)});
  queue_->Add({}, At(15));
  EXPECT_THAT(Purge(kStart), IsEmpty());
  EXPECT_EQ(reached(), 15u) << "at once";
  queue_->Add(Keys({"a"}), At(16));
  queue_->Add({}, At(17));
  Purge(kStart);
  queue_->Add({}, At(18));
  Purge(kStart);
  EXPECT_EQ(reached(), 15u);
  Purge(kStart + absl::Seconds(30));
  EXPECT_EQ(reached(), 18u);
}

TEST_F(SinkQueuePartsTest, APartMovesNothing) {
  Use({});
  queue_->Add(Keys({"a", "b", "c"}), At(11));
  PurgePart(kStart);
  queue_->Add(Keys({"d"}), At(12));
  EXPECT_EQ(reached(), 10u);
  PurgePart(kStart);
  EXPECT_EQ(reached(), 11u);
  EXPECT_THAT(Purge(kStart), ElementsAre("d"));
  EXPECT_EQ(reached(), 12u);
}

TEST_F(SinkQueuePartsTest, APartThatIsDroppedAgainMovesNothing) {
  Use({absl::Seconds(2)});
  queue_->Add(Keys({"a", "b", "c"}), At(11));
  PurgePart(kStart);
  EXPECT_THAT(Purge(kStart + absl::Seconds(1)), ElementsAre("c"));
  EXPECT_THAT(Purge(kStart + absl::Seconds(2)), ElementsAre("a", "b"));
  EXPECT_EQ(reached(), 10u);
  EXPECT_THAT(Purge(kStart + absl::Seconds(3)), ElementsAre("c"));
  EXPECT_EQ(reached(), 11u);
}

TEST_F(SinkQueuePartsTest, EachPurgeIsRepeatedAndThePositionWaits) {
  Use({absl::Seconds(2), absl::Seconds(30)});
  queue_->Add(Keys({"a"}), At(11));
  EXPECT_THAT(Purge(kStart), ElementsAre("a"));
  EXPECT_THAT(Purge(kStart + absl::Seconds(1)), IsEmpty());
  EXPECT_EQ(queue_->NextAt(), kStart + absl::Seconds(2));
  EXPECT_THAT(Purge(kStart + absl::Seconds(2)), ElementsAre("a"));
  EXPECT_THAT(Purge(kStart + absl::Seconds(29)), IsEmpty());
  EXPECT_EQ(reached(), 10u);
  EXPECT_THAT(Purge(kStart + absl::Seconds(30)), ElementsAre("a"));
  EXPECT_EQ(reached(), 11u);
  EXPECT_EQ(queue_->NextAt(), absl::InfiniteDuration());
}

TEST_F(SinkQueuePartsTest, WhatIsNewComesBeforeARepetition) {
  Use({absl::Seconds(2)});
  queue_->Add(Keys({"a"}), At(11));
  Purge(kStart);
  queue_->Add(Keys({"b"}), At(12));
  EXPECT_THAT(Purge(kStart + absl::Seconds(2)), ElementsAre("b", "a"));
  EXPECT_EQ(reached(), 11u);
}

TEST_F(SinkQueuePartsTest, ARepetitionComesHoweverMuchIsNew) {
  Use({absl::Seconds(2)});
  queue_->Add(Keys({"a"}), At(11));
  Purge(kStart);
  const absl::Duration now = kStart + absl::Seconds(2);
  bool is_repeated = false;
  for (uint64_t i = 0; i < 2; ++i) {
    queue_->Add(Keys({absl::StrCat("new", i)}), At(12 + i));
    is_repeated = DropsKey(*queue_, "a", now) || is_repeated;
  }
  EXPECT_TRUE(is_repeated);
}

TEST_F(SinkQueuePartsTest, WhatFailedIsTakenAgainWithWhatCameMeanwhile) {
  Use({absl::Seconds(2)});
  queue_->Add(Keys({"a"}), At(11));
  Purge(kStart);
  auto failed = queue_->Next(kStart + absl::Seconds(2), 2);
  ASSERT_TRUE(failed.has_value());
  queue_->Add(Keys({"b"}), At(12));
  queue_->PutBack(*std::move(failed));
  EXPECT_EQ(reached(), 10u);
  EXPECT_THAT(Purge(kStart + absl::Seconds(3)), ElementsAre("b", "a"));
  EXPECT_EQ(reached(), 11u);
}

TEST_F(SinkQueuePartsTest, APartThatFailedIsNotForgotten) {
  Use({});
  queue_->Add(Keys({"a", "b", "c"}), At(11));
  queue_->PutBack(*queue_->Next(kStart, 2));
  EXPECT_EQ(queue_->size(), 3u);
  EXPECT_THAT(Purge(kStart), ElementsAre("a", "b", "c"));
  EXPECT_EQ(reached(), 11u);
}

TEST_F(SinkQueuePartsTest, WhatIsRefusedBecomesEverything) {
  Use({absl::Seconds(2)});
  queue_->Add(Keys({"a", "b"}), At(11));
  ASSERT_TRUE(queue_->Next(kStart, 1).has_value());
  queue_->Refused();
  EXPECT_THAT(Purge(kStart), ElementsAre("everything"));
  EXPECT_EQ(reached(), 10u);
  EXPECT_THAT(Purge(kStart + absl::Seconds(2)), ElementsAre("everything"));
  EXPECT_EQ(queue_->widened(), 1u);
  EXPECT_EQ(reached(), 11u);
}

TEST_F(SinkQueuePartsTest, OverTheBoundKeysBecomeTypesThenEverything) {
  Use({}, 3);
  queue_->Add(Keys({"a:1", "a:2", "a~", "b:c:d"}), At(11));
  EXPECT_THAT(Purge(kStart), ElementsAre("a", "b"));
  queue_->Add(Keys({"a:1", "b:1", "c:1", "d:1"}), At(12));
  EXPECT_THAT(Purge(kStart), ElementsAre("everything"));
  // The key of a page has no type, nor has what ends in a hash.
  queue_->Add(Keys({"a:1", "a:2", "a:3", "=page:1"}), At(13));
  EXPECT_THAT(Purge(kStart), ElementsAre("everything"));
  EXPECT_EQ(queue_->widened(), 3u);
}

TEST_F(SinkQueuePartsTest, WhatWaitsToBeRepeatedIsBounded) {
  Use({absl::Seconds(2)}, 100);
  absl::Duration now = kStart;
  for (uint64_t i = 0; i < 1'000; ++i) {
    queue_->Add(Keys({absl::StrCat("a:", i)}), At(11 + i));
    ASSERT_EQ(Purge(now).size(), 1u);
    now += absl::Milliseconds(1);
    ASSERT_LE(repeated_size(), 101u);
  }
  EXPECT_GT(queue_->widened(), 0u);
  EXPECT_THAT(Purge(kStart + absl::Seconds(1'000)), ::testing::Contains("a"));
  EXPECT_EQ(reached(), 1'010u);
}

TEST_F(SinkQueuePartsTest, HardAndSoftAreNotMixed) {
  Use({});
  queue_->Add({.stale = {"a", "b", "d"}}, At(11));
  queue_->Add(Keys({"b", "c"}), At(12));
  auto soft = queue_->Next(kStart, 10);
  EXPECT_THAT(soft->targets.stale, ElementsAre("a", "d"));
  EXPECT_THAT(soft->targets.keys, IsEmpty());
  queue_->Dropped(*std::move(soft), kStart);
  const auto hard = queue_->Next(kStart, 10);
  EXPECT_THAT(hard->targets.keys, ElementsAre("b", "c"));
  EXPECT_THAT(hard->targets.stale, IsEmpty());
}

TEST_F(SinkQueuePartsTest, EverythingIsAllThereIs) {
  Use({});
  queue_->Add(Keys({"a"}), At(11));
  queue_->Add({.everything = true}, At(12));
  queue_->Add(Keys({"b"}), At(13));
  EXPECT_THAT(Purge(kStart), ElementsAre("everything"));
}

TEST_F(SinkQueuePartsTest, APartHasOneKeyHoweverLong) {
  Use({});
  queue_->Add(Keys({std::string(7'001, 'a'), std::string(300, 'b')}), At(11));
  EXPECT_EQ(queue_->Next(kStart, 10)->targets.size(), 1u);
}

// What was added, and how often it was dropped since.
struct Owed {
  uint64_t revision = 0;
  std::string name;  // empty: everything
  bool is_once = false;
  size_t dropped = 0;

  bool IsIn(const SinkTargets& targets) const {
    const std::string type = name.substr(0, name.find(':'));
    return targets.everything || targets.keys.contains(name) || targets.keys.contains(type) ||
           targets.once.contains(name);
  }
};

TEST(SinkQueueTest, NoPositionIsReachedBeforeAllUpToItWasDroppedForTheLastTime) {
  for (uint32_t seed = 0; seed < 10; ++seed) {
    std::mt19937 random(seed);
    const auto below = [&](uint32_t most) { return random() % most; };
    SinkQueue queue({.again_after = {kSecond, 3 * kSecond},
                     .max_targets = 20 + below(100),
                     .widen_to_types = seed % 2 == 0 ? WidenToTypes : nullptr});
    std::vector<Owed> owed;
    absl::Duration now = kStart;
    uint64_t revision = 0;
    for (int turn = 0; turn < 1'000; ++turn) {
      now += absl::Milliseconds(below(100));
      for (uint32_t events = below(3); events > 0; --events) {
        SinkTargets targets;
        ++revision;
        for (uint32_t keys = below(4); keys > 0; --keys) {
          const std::string name = absl::StrCat(below(2) == 0 ? "a:" : "b:", below(30));
          const bool is_once = seed % 2 == 1 && below(3) == 0;
          (is_once ? targets.once : targets.keys).insert(name);
          owed.push_back({revision, name, is_once});
        }
        queue.Add(std::move(targets), At(revision));
      }
      auto batch = queue.Next(now, 1 + below(5));
      const bool is_reset = below(200) == 0;
      if (is_reset) {
        queue.Reset(At(++revision));
        owed = {{revision, ""}};
      }
      if (!batch.has_value()) continue;
      if (below(4) == 0) {
        queue.PutBack(*std::move(batch));
        continue;
      }
      for (Owed& one : owed) {
        if (!is_reset && one.IsIn(batch->targets)) ++one.dropped;
      }
      queue.Dropped(*std::move(batch), now);
      const uint64_t reached = queue.reached().value_or(At(0)).revision;
      for (const Owed& one : owed) {
        ASSERT_TRUE(one.revision > reached || one.dropped >= (one.is_once ? 1u : 3u))
            << "seed " << seed << ": " << one.name << " of " << one.revision << " at " << reached;
      }
      std::erase_if(owed, [&](const Owed& one) { return one.revision <= reached; });
    }
    while (queue.NextAt() != absl::InfiniteDuration()) {
      now += kSecond;
      while (auto batch = queue.Next(now, kAll)) queue.Dropped(*std::move(batch), now);
    }
    EXPECT_EQ(queue.reached(), At(revision)) << seed;
  }
}

}  // namespace
}  // namespace cache_invalidation::connect
