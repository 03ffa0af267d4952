// SPDX-License-Identifier: Apache-2.0

#include "server/engine/closure.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/engine/testing/moments.h"
namespace cache_invalidation::engine {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class ClosureTest : public ::testing::Test {
 protected:
  void OnKey(absl::string_view key, absl::string_view source) {
    graph_.Declare(graph_.AddKey(key), graph_.AddKey(source), kNever, kNow);
  }
  void OnTag(absl::string_view key, absl::string_view source, absl::Time expires = kNever) {
    graph_.Declare(graph_.AddKey(key), graph_.AddTag(source), expires, kNow - absl::Hours(1));
  }
  void Carries(absl::string_view key, absl::string_view tag) {
    graph_.Track(graph_.AddKey(key), {.tags = {&graph_.AddTag(tag)}, .revision = 1});
  }

  // The keys reached through an edge, each with the source it was reached from.
  std::vector<std::string> Dependents() const {
    std::vector<std::string> lines;
    for (Key* key : closure_.Dependents()) {
      lines.push_back(key->name + " < " + closure_.reached().at(key).via->name);
    }
    return lines;
  }

  uint64_t steps_ = 1000;
  Delta delta_;
  Graph graph_{delta_};
  PendingBatch pending_{delta_};
  BroadRevisions broad_;
  Freshness freshness_{graph_, broad_, pending_, /*forgotten_end=*/0, kNow, steps_};
  Closure closure_{graph_, freshness_};
};

TEST_F(ClosureTest, FollowsEdgesTransitivelyAndThroughCycles) {
  OnTag("list", "user:1");
  OnKey("page", "list");
  OnKey("list", "page");
  closure_.AddTag("user");
  closure_.Spread(InvalidationKind::kEvict);
  EXPECT_THAT(Dependents(), ElementsAre("list < user:1", "page < list"));
}

TEST_F(ClosureTest, ATagHitsTagsBelowItAndNotThoseThatOnlyBeginAlike) {
  OnTag("a", "user:1:x");
  OnTag("b", "users");
  OnTag("c", "user");
  closure_.AddTag("user:1");
  closure_.Spread(InvalidationKind::kEvict);
  EXPECT_THAT(Dependents(), ElementsAre("a < user:1:x"));
}

TEST_F(ClosureTest, AnEntryHitThroughItsTagHandsOn) {
  Carries("row", "user:1");
  OnKey("page", "row");
  closure_.AddTag("user:1");
  closure_.Spread(InvalidationKind::kEvict);
  EXPECT_THAT(Dependents(), ElementsAre("page < row"));
}

TEST_F(ClosureTest, OfSeveralWaysItNamesAShortestAndOfThoseTheSmallest) {
  OnTag("b", "t");
  OnTag("c", "t");
  OnKey("end", "c");
  OnKey("end", "b");
  OnKey("b", "c");
  closure_.AddTag("t");
  closure_.Spread(InvalidationKind::kEvict);
  EXPECT_THAT(Dependents(), ElementsAre("b < t", "c < t", "end < b"));
}

TEST_F(ClosureTest, WhatIsEvictedIsNotMarkedStaleAsWell) {
  OnTag("both", "evicted");
  OnTag("both", "marked");
  OnTag("only", "marked");
  closure_.AddTag("evicted");
  closure_.Spread(InvalidationKind::kEvict);
  closure_.AddTag("marked");
  closure_.Spread(InvalidationKind::kMarkStale);
  EXPECT_EQ(closure_.reached().at(graph_.FindKey("both")).kind, InvalidationKind::kEvict);
  EXPECT_EQ(closure_.reached().at(graph_.FindKey("only")).kind, InvalidationKind::kMarkStale);
}

TEST_F(ClosureTest, APatternHitsWholeKeysThatAnEdgeOnlyNames) {
  OnKey("page", "row:1");
  OnKey("other", "row:12");
  closure_.AddPattern(*Pattern::Compile("row:[0-9]"));
  closure_.Spread(InvalidationKind::kEvict);
  EXPECT_THAT(Dependents(), ElementsAre("page < row:1"));
}

TEST_F(ClosureTest, ExpiredDeclarationsAndUnknownNamesReachNothing) {
  OnTag("page", "t", kNow);
  closure_.AddTag("t");
  closure_.AddTag("unknown");
  closure_.AddKey("unknown");
  closure_.Spread(InvalidationKind::kEvict);
  EXPECT_THAT(Dependents(), IsEmpty());
}

}  // namespace
}  // namespace cache_invalidation::engine
