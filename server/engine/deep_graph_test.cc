// SPDX-License-Identifier: Apache-2.0

// Chains of dependencies can be as long as a namespace has keys; a thread's stack is limited.

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "server/engine/testing/engine_script.h"

namespace cache_invalidation::engine {
namespace {

// Recursion to this depth would take more than eight megabytes of stack.
constexpr int kDepth = 40'000;

std::vector<std::string> Keys() {
  std::vector<std::string> keys;
  for (int i = 0; i < kDepth; ++i) keys.push_back(absl::StrCat("key", i));
  return keys;
}

// Each key was computed from the one before.
void Chain(EngineScript& script, const std::vector<std::string>& keys) {
  for (int i = kDepth - 1; i > 0; --i) script.Depend(keys[i], {keys[i - 1]});
}

TEST(DeepGraphTest, FillsAreCheckedToItsEnd) {
  EngineScript script;
  const std::vector<std::string> keys = Keys();
  script.Invalidate({"root"});
  Chain(script, keys);
  script.Depend(keys.front(), {}, {"root"});
  script.TrackAt(0, "late", {}, {keys.back()});
  EXPECT_EQ(script.result<TrackEntriesResult>().results[0].moved, keys.back());
  script.TrackAt(1, "page", {}, {keys.back()});
  EXPECT_EQ(script.result<TrackEntriesResult>().results[0].outcome, FillOutcome::kKept);
}

TEST(DeepGraphTest, CyclesAreFound) {
  EngineScript script;
  const std::vector<std::string> keys = Keys();
  Chain(script, keys);
  EXPECT_TRUE(script.result<AddCacheDependencyResult>().warnings.empty());
  script.Depend(keys.front(), {keys.back()});
  EXPECT_EQ(script.result<AddCacheDependencyResult>().warnings.size(), 1);
}

// Without a shared cache each of the first ghosts would search all of the last ones.
TEST(DeepGraphTest, ManyGhostsOfOneAreSearchedOnce) {
  constexpr int kGhosts = 5'000;
  EngineScript script;
  TrackEntries command;
  std::vector<std::string> sources;
  std::vector<std::string> pages;
  for (int i = 0; i < kGhosts; ++i) sources.push_back(absl::StrCat("a", i));
  for (int i = 0; i < kGhosts; ++i) pages.push_back(absl::StrCat("z", i));
  const auto add = [&command](absl::string_view key) -> TrackedEntry& {
    TrackedEntry& entry = command.entries.emplace_back();
    entry.key = key;
    entry.tags = {"row"};
    entry.ttl = absl::Seconds(1);
    return entry;
  };
  for (const std::string& source : sources) add(source);
  add("m").depends_on.keys.assign(sources.begin(), sources.end());
  for (const std::string& page : pages) add(page).depends_on.keys = {"m"};
  script.Do(command);
  script.Advance(absl::Seconds(2));
  script.Do(Sweep{10 * kGhosts});
  EXPECT_EQ(script.Ask<InvalidationStats>(GetInvalidationStats{}).tracked_entries, 0);
  EXPECT_EQ(script.Ask<InvalidationStats>(GetInvalidationStats{}).dependency_edges, 0);
}

TEST(DeepGraphTest, GhostsThatNothingNeedsAreFound) {
  EngineScript script;
  const std::vector<std::string> keys = Keys();
  script.Track(keys.front(), {"row:1"});
  for (int i = 1; i < kDepth; ++i) script.Track(keys[i], {}, {keys[i - 1]});
  for (const std::string& key : keys) script.Do(UntrackEntries{{key}});
  // The first ghost has been dropped: nothing live depends on it.
  script.Track("page", {}, {keys.front()});
  EXPECT_EQ(script.Write("row", "1").size(), 2) << "the row and its collection";
  EXPECT_EQ(script.Lookup("page"), "FRESH");
}

}  // namespace
}  // namespace cache_invalidation::engine
