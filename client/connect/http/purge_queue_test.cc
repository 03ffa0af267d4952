#include "client/connect/http/purge_queue.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "client/connect/http/testing/purge_sets.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cache_invalidation::connect {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr absl::Duration kStart = absl::Seconds(1'000);
constexpr size_t kBytes = 7'000;

client::Position At(uint64_t revision) { return {.epoch = "e", .revision = revision}; }

class PurgeQueueTest : public ::testing::Test {
 protected:
  void Use(std::vector<absl::Duration> again_after, size_t max_keys = 100) {
    queue_.emplace(max_keys, std::move(again_after), At(10));
  }
  // Takes and purges all that is due, in parts of two; returns it.
  std::vector<std::string> Purge(absl::Duration now) {
    std::vector<std::string> keys;
    while (const std::optional<PurgeSet> part = queue_->Take(now, 2, kBytes)) {
      if (part->is_everything()) keys.push_back("everything");
      for (const auto& [key, is_hard] : part->keys()) keys.push_back(key);
      queue_->Done(now);
    }
    return keys;
  }
  uint64_t applied() const { return queue_->applied()->revision; }

  std::optional<PurgeQueue> queue_;
};

TEST_F(PurgeQueueTest, TheSameKeyOnce) {
  Use({});
  queue_->Add(SetOf({"a", "b"}), At(11));
  queue_->Add(SetOf({"b", "c"}), At(12));
  EXPECT_EQ(queue_->size(), 3u);
  EXPECT_EQ(applied(), 10u);
  EXPECT_THAT(Purge(kStart), ElementsAre("a", "b", "c"));
  EXPECT_EQ(applied(), 12u);
}

TEST_F(PurgeQueueTest, WhatPurgesNothingMovesThePosition) {
  Use({});
  queue_->Add({}, At(15));
  EXPECT_EQ(applied(), 15u);
  queue_->Add(SetOf({"a"}), At(16));
  queue_->Add({}, At(17));
  EXPECT_EQ(applied(), 15u);
  Purge(kStart);
  EXPECT_EQ(applied(), 17u);
}

TEST_F(PurgeQueueTest, APartOfARoundMovesNothing) {
  Use({});
  queue_->Add(SetOf({"a", "b", "c"}), At(11));
  ASSERT_TRUE(queue_->Take(kStart, 2, kBytes).has_value());
  queue_->Done(kStart);
  queue_->Add(SetOf({"d"}), At(12));
  EXPECT_EQ(applied(), 10u);
  ASSERT_TRUE(queue_->Take(kStart, 2, kBytes).has_value());
  queue_->Done(kStart);
  EXPECT_EQ(applied(), 11u);
  EXPECT_THAT(Purge(kStart), ElementsAre("d"));
  EXPECT_EQ(applied(), 12u);
}

TEST_F(PurgeQueueTest, EachPurgeIsRepeatedAndThePositionWaits) {
  Use({absl::Seconds(2), absl::Seconds(30)});
  queue_->Add(SetOf({"a"}), At(11));
  EXPECT_THAT(Purge(kStart), ElementsAre("a"));
  EXPECT_THAT(Purge(kStart + absl::Seconds(1)), IsEmpty());
  EXPECT_EQ(queue_->due(), kStart + absl::Seconds(2));
  EXPECT_THAT(Purge(kStart + absl::Seconds(2)), ElementsAre("a"));
  EXPECT_THAT(Purge(kStart + absl::Seconds(31)), IsEmpty());
  EXPECT_EQ(applied(), 10u);
  EXPECT_THAT(Purge(kStart + absl::Seconds(32)), ElementsAre("a"));
  EXPECT_EQ(applied(), 11u);
  EXPECT_EQ(queue_->due(), absl::InfiniteDuration());
}

TEST_F(PurgeQueueTest, WhatIsNewComesBeforeARepetition) {
  Use({absl::Seconds(2)});
  queue_->Add(SetOf({"a"}), At(11));
  Purge(kStart);
  queue_->Add(SetOf({"b"}), At(12));
  EXPECT_THAT(Purge(kStart + absl::Seconds(2)), ElementsAre("b", "a"));
  EXPECT_EQ(applied(), 11u);
}

TEST_F(PurgeQueueTest, WhatFailedIsTakenAgainWithWhatCameMeanwhile) {
  Use({absl::Seconds(2)});
  queue_->Add(SetOf({"a"}), At(11));
  Purge(kStart);
  ASSERT_TRUE(queue_->Take(kStart + absl::Seconds(2), 2, kBytes).has_value());
  queue_->Add(SetOf({"b"}), At(12));
  queue_->PutBack();
  EXPECT_EQ(applied(), 10u);
  EXPECT_THAT(Purge(kStart + absl::Seconds(3)), ElementsAre("b", "a"));
  EXPECT_EQ(applied(), 11u);
}

TEST_F(PurgeQueueTest, WhatIsRefusedBecomesEverything) {
  Use({absl::Seconds(2)});
  queue_->Add(SetOf({"a", "b"}), At(11));
  ASSERT_TRUE(queue_->Take(kStart, 1, kBytes).has_value());
  queue_->Widen();
  EXPECT_THAT(Purge(kStart), ElementsAre("everything"));
  EXPECT_THAT(Purge(kStart + absl::Seconds(2)), ElementsAre("everything"));
  EXPECT_EQ(queue_->widened(), 1u);
}

TEST_F(PurgeQueueTest, OverTheBoundKeysBecomeTypesThenEverything) {
  Use({}, 3);
  queue_->Add(SetOf({"a:1", "a:2", "a~", "b:c:d"}), At(11));
  EXPECT_THAT(Purge(kStart), ElementsAre("a", "b"));
  queue_->Add(SetOf({"a:1", "b:1", "c:1", "d:1"}), At(12));
  EXPECT_THAT(Purge(kStart), ElementsAre("everything"));
  // The key of a page has no type, nor has what ends in a hash.
  queue_->Add(SetOf({"a:1", "a:2", "a:3", "=page:1"}), At(13));
  EXPECT_THAT(Purge(kStart), ElementsAre("everything"));
  EXPECT_EQ(queue_->widened(), 3u);
}

TEST_F(PurgeQueueTest, WhatWaitsToBeRepeatedIsBounded) {
  Use({absl::Seconds(2)}, 100);
  absl::Duration now = kStart;
  for (int i = 0; i < 1'000; ++i) {
    queue_->Add(SetOf({absl::StrCat("a:", i)}), At(11 + i));
    ASSERT_EQ(Purge(now).size(), 1u);
    now += absl::Milliseconds(1);
    ASSERT_LE(queue_->repeated_size(), 101u);
  }
  EXPECT_GT(queue_->widened(), 0u);
  EXPECT_THAT(Purge(kStart + absl::Seconds(1'000)), ::testing::Contains("a"));
  EXPECT_EQ(applied(), 1'010u);
}

TEST_F(PurgeQueueTest, HardAndSoftAreNotMixed) {
  Use({});
  queue_->Add(SetOf({"a", "b", "d"}, /*is_hard=*/false), At(11));
  queue_->Add(SetOf({"b", "c"}), At(12));
  const auto soft = queue_->Take(kStart, 10, kBytes);
  EXPECT_EQ(soft->keys(), (std::map<std::string, bool>{{"a", false}, {"d", false}}));
  queue_->Done(kStart);
  const auto hard = queue_->Take(kStart, 10, kBytes);
  EXPECT_EQ(hard->keys(), (std::map<std::string, bool>{{"b", true}, {"c", true}}));
}

TEST_F(PurgeQueueTest, EverythingIsAllThereIs) {
  Use({});
  queue_->Add(SetOf({"a"}), At(11));
  queue_->Add(Everything(), At(12));
  queue_->Add(SetOf({"b"}), At(13));
  EXPECT_THAT(Purge(kStart), ElementsAre("everything"));
}

TEST_F(PurgeQueueTest, APartHasOneKeyHoweverLong) {
  Use({});
  queue_->Add(SetOf({std::string(300, 'a'), std::string(300, 'b')}), At(11));
  EXPECT_EQ(queue_->Take(kStart, 10, 100)->size(), 1u);
}

}  // namespace
}  // namespace cache_invalidation::connect
