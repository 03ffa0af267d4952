// SPDX-License-Identifier: Apache-2.0

// Entries whose fills had different tags: an event that names one of these tags reaches only the
// copies that carry it, so the key has to be named as well.

#include <vector>

#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/engine/testing/engine_script.h"

namespace cache_invalidation::engine {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(MixedEntryTest, ItsKeyIsNamedWithTheTag) {
  EngineScript script;
  script.Track("page", {"a:1"});
  script.Track("page", {"b:1"});
  EXPECT_THAT(script.Invalidate({"a:1"}),
              ElementsAre("1 EVICT tag a:1 <CALL>", "1 EVICT key page <DEPENDENCY(a:1)>"));
  EXPECT_EQ(script.Lookup("page"), "ABSENT");
  EXPECT_THAT(script.Invalidate({"b:1"}), ElementsAre("2 EVICT tag b:1 <CALL>"));
}

// A copy with the other tag must not become the source of a value that no invalidation finds.
TEST(MixedEntryTest, NothingIsKeptOfACopyThatItsEventLeft) {
  EngineScript script;
  script.Track("page", {"a:1"});
  script.Track("page", {"b:1"});
  script.Depend("report", {"page"});
  EXPECT_THAT(script.Invalidate({"a:1"}),
              ElementsAre("1 EVICT tag a:1 <CALL>", "1 EVICT key page <DEPENDENCY(a:1)>",
                          "1 EVICT key report <DEPENDENCY(page)>"));
}

TEST(MixedEntryTest, AnySmallDifferenceCounts) {
  const std::vector<std::vector<absl::string_view>> fills[] = {
      {{"a:1", "b:1"}, {"a:1"}},   {{"a:1"}, {"a:1", "b:1"}},   {{"a:1"}, {}}, {{}, {"a:1"}},
      {{"a:1"}, {"a:1", "a:1:x"}}, {{"a:1"}, {"b:1"}, {"a:1"}},
  };
  for (const auto& tags : fills) {
    EngineScript script;
    for (const auto& fill : tags) script.Track("page", fill);
    EXPECT_THAT(script.Invalidate({"a"}),
                ElementsAre("1 EVICT tag a <CALL>", "1 EVICT key page <DEPENDENCY(a:1)>"));
  }
}

TEST(MixedEntryTest, IdenticalFillsAreNotMixed) {
  EngineScript script;
  script.Track("page", {"a:1", "b:1"});
  script.Track("page", {"b:1", "a:1", "b:1"});
  // An entry hit through a dependency is named in any case.
  script.Track("page", {"a:1", "b:1"}, {"row"});
  EXPECT_THAT(script.Invalidate({"a:1"}), ElementsAre("1 EVICT tag a:1 <CALL>"));
  EXPECT_EQ(script.Lookup("page"), "ABSENT");
}

TEST(MixedEntryTest, AnEvictionEndsIt) {
  EngineScript script;
  script.Track("page", {"a:1"});
  script.Track("page", {"b:1"});
  script.Invalidate({}, {"page"});
  script.Track("page", {"a:1"});
  EXPECT_THAT(script.Invalidate({"a:1"}), ElementsAre("2 EVICT tag a:1 <CALL>"));
}

// The mark reaches every copy that carries the tag; the others are still valid and stay covered.
TEST(MixedEntryTest, AMarkDoesNotNameItAndDoesNotEndIt) {
  EngineScript script;
  script.Track("page", {"a:1"});
  script.Track("page", {"b:1"});
  EXPECT_THAT(script.Invalidate({"a:1"}, {}, Strategy::kLazy),
              ElementsAre("1 MARK_STALE tag a:1 <CALL>"));
  EXPECT_EQ(script.Lookup("page"), "STALE");
  EXPECT_THAT(script.Invalidate({"b:1"}),
              ElementsAre("2 EVICT tag b:1 <CALL>", "2 EVICT key page <DEPENDENCY(b:1)>"));
}

TEST(MixedEntryTest, ItJoinsABatchWithItsTag) {
  EngineScript script;
  script.Track("page", {"a:1"});
  script.Track("page", {"b:1"});
  script.Invalidate({"a:1"}, {}, Strategy::kBatched);
  EXPECT_THAT(script.Do(FlushPendingInvalidations{}),
              ElementsAre("1 EVICT tag a:1 <CALL>", "1 EVICT key page <DEPENDENCY(a:1)>"));
}

TEST(MixedEntryTest, AGhostThatIsTrackedAgainIsMixed) {
  EngineScript script;
  script.Track("page", {"a:1"});
  script.Depend("report", {"page"});
  script.Do(UntrackEntries{{"page"}});
  script.Track("page", {"b:1"});
  EXPECT_THAT(script.Invalidate({"b:1"}),
              ElementsAre("1 EVICT tag b:1 <CALL>", "1 EVICT key page <DEPENDENCY(b:1)>",
                          "1 EVICT key report <DEPENDENCY(page)>"));
}

TEST(MixedEntryTest, AnExplanationSaysWhyItIsNamed) {
  EngineScript script;
  script.Track("page", {"user:1"});
  script.Track("page", {"b:1"});
  ExplainWrite query;
  query.write.resource_type = "user";
  query.write.resource_id = "1";
  const Explanation explanation = script.Ask<ExplainWriteResult>(query).explanation;
  const ExplanationNode& tag = explanation.root.children.at(0).children.at(0);
  EXPECT_EQ(tag.name, "user:1");
  EXPECT_EQ(tag.children.at(0).name, "page");
  EXPECT_EQ(tag.children.at(0).reason,
            "carries user:1, but not all of its fills do: its key is named");
  script.Write("user", "1");
  EXPECT_EQ(script.result<InvalidationResult>().invalidations, 3) << "two tags and the key";
}

// Stored in the entry's row, the last one in the delta.
TEST(MixedEntryTest, ItSurvivesARestart) {
  EngineScript script;
  script.Track("page", {"a:1"});
  script.Track("page", {"b:1"});
  Engine restarted(EngineScript::kEpoch);
  for (const RecordChange& change : script.applied().delta) restarted.Load(change.record);
  restarted.FinishLoad();
  EXPECT_THAT(restarted.DumpForTest(), HasSubstr("page"));
  engine::Invalidate command;
  command.tags = {"a:1"};
  EXPECT_THAT(Lines(restarted.Apply(command, script.now()).events),
              ElementsAre("1 EVICT tag a:1 <CALL>", "1 EVICT key page <DEPENDENCY(a:1)>"));
}

}  // namespace
}  // namespace cache_invalidation::engine
