// SPDX-License-Identifier: Apache-2.0

#include "server/engine/freshness.h"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <string>
#include <vector>
#include "server/engine/testing/moments.h"

namespace cache_invalidation::engine {
namespace {

class GroundingTest : public ::testing::Test {
 protected:
  // Adds an ended entry that was computed from the sources.
  void Ghost(absl::string_view key, const std::vector<absl::string_view>& sources) {
    std::vector<Node*> nodes;
    for (absl::string_view source : sources) nodes.push_back(&graph_.AddKey(source));
    graph_.Track(graph_.AddKey(key), {.sources = nodes, .revision = 1});
    graph_.MakeGhost(graph_.AddKey(key));
  }
  void Declare(absl::string_view key, absl::string_view source) {
    graph_.Declare(graph_.AddKey(key), graph_.AddKey(source), kNever, kNow);
  }
  bool IsGrounded(absl::string_view key) {
    return grounding_.IsGrounded(*graph_.FindKey(key), freshness_);
  }

  uint64_t steps_ = 1000;
  Delta delta_;
  Graph graph_{delta_};
  PendingBatch pending_{delta_};
  BroadRevisions broad_;
  Freshness freshness_{graph_, broad_, pending_, /*forgotten_end=*/0, kNow, steps_};
  Grounding grounding_{steps_};
};

TEST_F(GroundingTest, GhostsThatOnlyLeadToEachOtherGroundNothing) {
  Ghost("a", {"b"});
  Ghost("b", {"c"});
  Ghost("c", {"a"});
  for (absl::string_view key : {"a", "b", "c"}) EXPECT_FALSE(IsGrounded(key)) << key;
}

TEST_F(GroundingTest, OneThatStandsGroundsAllThatLeadToIt) {
  Ghost("a", {"b"});
  Ghost("b", {"a", "c"});
  Ghost("c", {});
  Ghost("d", {"c"});
  Declare("page", "a");
  for (absl::string_view key : {"c", "b", "a"}) EXPECT_TRUE(IsGrounded(key)) << key;
  EXPECT_FALSE(IsGrounded("d"));
}

// Whatever the order of questions, the results are those of a search without a cache.
TEST_F(GroundingTest, BeyondItsStepsAGhostCountsAsNeeded) {
  Ghost("a", {});
  Ghost("b", {"a"});
  Ghost("c", {"b"});
  steps_ = 1;
  EXPECT_TRUE(IsGrounded("a"));
  EXPECT_EQ(steps_, 0u);
}

TEST_F(GroundingTest, RemembersNothingWrong) {
  for (uint32_t seed = 0; seed < 500; ++seed) {
    std::mt19937 random(seed);
    constexpr int kKeys = 8;
    Delta delta;
    Graph graph(delta);
    PendingBatch pending(delta);
    const Freshness freshness(graph, broad_, pending, 0, kNow, steps_);
    const auto key = [&graph](uint32_t i) -> Key& { return graph.AddKey(std::string(1, 'a' + i)); };
    for (uint32_t edge = 0; edge < 14; ++edge) {
      const uint32_t from = random() % kKeys;
      const uint32_t to = random() % kKeys;
      if (from == to) continue;
      graph.Track(key(from), {.sources = {&key(to)}, .revision = 1});
    }
    for (uint32_t i = 0; i < kKeys; ++i) {
      if (key(i).entry != nullptr && random() % 8 != 0) graph.MakeGhost(key(i));
      if (random() % 8 == 0) key(i).evicted = 2;
    }
    std::set<const Key*> grounded;
    for (bool more = true; more;) {
      more = false;
      for (uint32_t i = 0; i < kKeys; ++i) {
        if (!key(i).has_dependents() || grounded.contains(&key(i))) continue;
        for (const Key* dependent : *key(i).dependents) {
          const Freshness::Footing footing = freshness.FootingOf(*dependent, key(i));
          const bool holds =
              footing == Freshness::Footing::kStands ||
              (footing == Freshness::Footing::kGhost && grounded.contains(dependent));
          if (holds) more = grounded.insert(&key(i)).second || more;
        }
      }
    }
    steps_ = 1000;
    Grounding grounding(steps_);
    for (int asked = 0; asked < 3 * kKeys; ++asked) {
      const Key& one = key(random() % kKeys);
      ASSERT_EQ(grounding.IsGrounded(one, freshness), grounded.contains(&one))
          << "seed " << seed << " key " << one.name;
    }
  }
}

}  // namespace
}  // namespace cache_invalidation::engine
