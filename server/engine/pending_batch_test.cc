// SPDX-License-Identifier: Apache-2.0

#include "server/engine/pending_batch.h"

#include <gtest/gtest.h>

#include "server/engine/testing/moments.h"
namespace cache_invalidation::engine {
namespace {

class PendingBatchTest : public ::testing::Test {
 protected:
  void Tag(absl::string_view name, absl::string_view rule = "r", absl::Time now = kNow) {
    batch_.Add(TargetKind::kTag, name, Cause{CauseStep::kRule, rule}, /*dependent=*/false, now);
  }

  // The rows that have changed so far.
  const Delta& Rows() {
    batch_.WriteRows();
    return delta_;
  }

  Delta delta_;
  PendingBatch batch_{delta_, /*max_causes=*/3};
  WorkBudget work_{1000};
};

TEST_F(PendingBatchTest, TheFirstItemArmsAndAnEmptiedBatchIsDisarmed) {
  EXPECT_EQ(batch_.deadline(), std::nullopt);
  Tag("a");
  Tag("b", "r", kNow + absl::Milliseconds(50));
  EXPECT_EQ(batch_.deadline(), kNow + kDefaultBatchDelay);
  const uint64_t first = batch_.generation();
  batch_.RemoveTag("a");
  batch_.RemoveTag("b");
  EXPECT_EQ(batch_.deadline(), std::nullopt);
  Tag("c");
  EXPECT_NE(batch_.generation(), first) << "a timer of the first arming does nothing";
}

TEST_F(PendingBatchTest, AShorterDelayMovesTheDeadlineUpAndALongerOneLeavesIt) {
  Tag("a");
  batch_.SetDelay(absl::Milliseconds(10), kNow);
  EXPECT_EQ(batch_.deadline(), kNow + absl::Milliseconds(10));
  batch_.SetDelay(absl::Seconds(1), kNow);
  EXPECT_EQ(batch_.deadline(), kNow + absl::Milliseconds(10));
}

TEST_F(PendingBatchTest, HoldsEachTargetOnceWithAllItsCauses) {
  Tag("a", "r2");
  Tag("a", "r1");
  Tag("a", "r2");
  EXPECT_EQ(batch_.targets(), 1u);
  const auto& causes = batch_.items().begin()->second.causes;
  ASSERT_EQ(causes.size(), 2u);
  EXPECT_EQ(causes[0].name, "r1");
  EXPECT_EQ(causes[1].name, "r2");
}

TEST_F(PendingBatchTest, ADependentBecomesATargetAndNotTheOtherWayRound) {
  const Cause cause{CauseStep::kDependency, "a"};
  batch_.Add(TargetKind::kKey, "k", cause, /*dependent=*/true, kNow);
  EXPECT_EQ(batch_.targets(), 0u);
  batch_.Add(TargetKind::kKey, "k", cause, /*dependent=*/false, kNow);
  batch_.Add(TargetKind::kKey, "k", cause, /*dependent=*/true, kNow);
  EXPECT_EQ(batch_.targets(), 1u);
}

TEST_F(PendingBatchTest, RemovingATagTakesThoseBelowItAndNoNeighbours) {
  for (const char* tag : {"a", "a:b", "a:b:c", "a:bc", "ab"}) Tag(tag);
  batch_.RemoveTag("a:b");
  EXPECT_TRUE(batch_.HoldsTagOrAncestor("a:b")) << "a is above it";
  batch_.RemoveKey("a");
  batch_.RemoveTag("a");
  EXPECT_EQ(batch_.targets(), 1u);
  EXPECT_TRUE(batch_.HoldsTagOrAncestor("ab:c"));
  EXPECT_FALSE(batch_.HoldsTagOrAncestor("a:bc"));
}

TEST_F(PendingBatchTest, AKeyIsHeldByNameOrByAPatternThatMatchesIt) {
  const Cause cause{CauseStep::kCall, ""};
  batch_.Add(TargetKind::kKey, "k", cause, false, kNow);
  batch_.Add(TargetKind::kPattern, "row:.*", cause, false, kNow);
  EXPECT_TRUE(batch_.HoldsKey("k", work_));
  EXPECT_TRUE(batch_.HoldsKey("row:7", work_));
  EXPECT_FALSE(batch_.HoldsKey("arrow:7", work_));
  batch_.RemovePattern("row:.*");
  EXPECT_FALSE(batch_.HoldsKey("row:7", work_));
}

TEST_F(PendingBatchTest, OfManyCausesTheFirstStayAndOneStandsForTheOthers) {
  for (const char* rule : {"e", "d", "c", "b", "a"}) Tag("t", rule);
  batch_.Add(TargetKind::kTag, "t", Cause{CauseStep::kRule, "f", false, true}, false, kNow);
  const auto& causes = batch_.items().begin()->second.causes;
  ASSERT_EQ(causes.size(), 4u);
  EXPECT_EQ(causes[0].name, "c");
  EXPECT_EQ(causes[2].name, "e");
  EXPECT_EQ(causes[3].step, CauseStep::kOthers);
  EXPECT_TRUE(causes[3].condition_failed);
  EXPECT_FALSE(causes[3].widened);
}

TEST_F(PendingBatchTest, ARowIsWrittenOnceForAllThatACommandDoesToIt) {
  for (const char* rule : {"b", "a", "c"}) Tag("t2", rule);
  Tag("t1");
  Tag("gone");
  batch_.RemoveTag("gone");
  ASSERT_EQ(Rows().size(), 2u) << "what had no row needs none deleted";
  EXPECT_EQ(std::get<PendingRecord>(delta_[0].record).name, "t1");
  EXPECT_EQ(std::get<PendingRecord>(delta_[1].record).causes.size(), 3u);
  Tag("t2", "d");
  EXPECT_EQ(Rows().size(), 3u);
  Tag("t2", "e");
  EXPECT_EQ(Rows().size(), 3u) << "causes beyond the bound change no row";
  batch_.Clear();
  ASSERT_EQ(Rows().size(), 5u);
  EXPECT_TRUE(delta_[3].deleted);
}

TEST_F(PendingBatchTest, AKeyThatMayNotBeMatchedAnyMoreIsHeld) {
  batch_.Add(TargetKind::kPattern, ".*row", Cause{CauseStep::kCall, ""}, false, kNow);
  WorkBudget one(kStepsPerMatch);
  EXPECT_FALSE(batch_.HoldsKey("k", one));
  EXPECT_TRUE(batch_.HoldsKey("k", one));
}

TEST_F(PendingBatchTest, ItsRowsRebuildIt) {
  Tag("a", "r1");
  Tag("a", "r2");
  batch_.Add(TargetKind::kKey, "k", Cause{CauseStep::kDependency, "a", false, true}, true, kNow);
  Tag("gone");
  batch_.RemoveTag("gone");

  std::map<std::pair<TargetKind, std::string>, PendingRecord> rows;
  for (const RecordChange& change : Rows()) {
    const auto& record = std::get<PendingRecord>(change.record);
    if (change.deleted) {
      rows.erase({record.target, record.name});
    } else {
      rows[{record.target, record.name}] = record;
    }
  }
  Delta unused;
  PendingBatch rebuilt(unused);
  for (const auto& [identity, record] : rows) rebuilt.Load(record);
  rebuilt.LoadArming(batch_.generation(), *batch_.deadline());
  EXPECT_EQ(rebuilt.targets(), batch_.targets());
  EXPECT_EQ(rebuilt.deadline(), batch_.deadline());
  EXPECT_EQ(rebuilt.generation(), batch_.generation());
  ASSERT_EQ(rebuilt.items().size(), batch_.items().size());
  for (auto it = batch_.items().begin(), other = rebuilt.items().begin();
       it != batch_.items().end(); ++it, ++other) {
    EXPECT_EQ(it->first, other->first);
    EXPECT_EQ(it->second.dependent, other->second.dependent);
    ASSERT_EQ(it->second.causes.size(), other->second.causes.size());
    for (size_t i = 0; i < it->second.causes.size(); ++i) {
      EXPECT_EQ(it->second.causes[i].name, other->second.causes[i].name);
      EXPECT_EQ(it->second.causes[i].condition_failed, other->second.causes[i].condition_failed);
    }
  }
}

}  // namespace
}  // namespace cache_invalidation::engine
