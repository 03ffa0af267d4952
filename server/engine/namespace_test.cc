// SPDX-License-Identifier: Apache-2.0

// The first and the last command of a namespace.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/limits.h"
#include "server/engine/testing/engine_script.h"

namespace cache_invalidation::engine {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(NamespaceTest, BeginsAtZeroWithoutAnEvent) {
  EngineScript script;
  EXPECT_THAT(script.Do(CreateNamespace{{}}), IsEmpty());
  EXPECT_EQ(script.engine().head(), 0);
  EXPECT_EQ(script.engine().floor(), 0);
}

TEST(NamespaceTest, BeginsBehindTheRevisionsOfAnEarlierOneWithAnEventThatEvictsEverything) {
  EngineScript script;
  EXPECT_THAT(script.Do(CreateNamespace{{}, 41}), ElementsAre("42 EVICT everything <CALL>"));
  EXPECT_EQ(script.engine().head(), 42);
  EXPECT_EQ(script.engine().floor(), 42);
}

TEST(NamespaceTest, PositionsOfAnEarlierOneAreUnknown) {
  EngineScript script;
  script.Do(CreateNamespace{{}, 41});
  for (const uint64_t position : {0, 1, 40, 41}) {
    script.TrackAt(position, "k", {"a"});
    EXPECT_EQ(script.result<TrackEntriesResult>().results[0].outcome, FillOutcome::kRefusedPosition)
        << position;
    Validate query;
    query.position = {EngineScript::kEpoch, position};
    query.tags = {"a"};
    EXPECT_THAT(script.Ask<ValidateResult>(query).tags_moved, ElementsAre(true)) << position;
  }
  script.TrackAt(script.engine().head(), "k", {"a"});
  EXPECT_EQ(script.result<TrackEntriesResult>().results[0].outcome, FillOutcome::kKept);
}

TEST(NamespaceTest, EndsWithAnEventThatEvictsEverything) {
  EngineScript script;
  script.Write("user", "1");
  EXPECT_THAT(script.Do(DeleteNamespace{}), ElementsAre("2 EVICT everything <CALL>"));
  EXPECT_TRUE(script.result<DeleteNamespaceResult>().found);
  EXPECT_EQ(script.result<DeleteNamespaceResult>().revision, 2);
}

TEST(LookupEntryTest, ListsNoMoreTagsThanFitIntoAnAnswerAndCountsTheOthers) {
  EngineScript script;
  constexpr size_t kTags = 1500;
  std::vector<std::string> names;
  for (size_t i = 0; i < kTags; ++i) {
    names.push_back(std::string(1000, 'a') + std::to_string(1000 + i));
  }
  for (size_t begin = 0; begin < kTags; begin += kMaxTagsPerEntry) {
    const size_t end = std::min(kTags, begin + kMaxTagsPerEntry);
    script.Track("k", EngineScript::Names(names.begin() + begin, names.begin() + end));
  }
  const auto result = script.Ask<LookupEntryResult>(LookupEntry{"k"});
  EXPECT_EQ(result.state, EntryState::kFresh);
  EXPECT_EQ(result.tags.size() + result.more_tags, kTags);
  EXPECT_EQ(result.tags.size(), kMaxAnswerBytes / names[0].size());
}

}  // namespace
}  // namespace cache_invalidation::engine
