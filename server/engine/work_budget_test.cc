// SPDX-License-Identifier: Apache-2.0

// What a command does when it would name or cost more than one command may, from outside, with
// budgets so small that a few writes exceed them.

#include "server/engine/work_budget.h"
#include "common/pattern.h"

#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/engine/testing/engine_script.h"
#include "tests/fakes/fixed_json.h"

namespace cache_invalidation::engine {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

Rule BudgetRule(std::string name, std::vector<std::string> invalidate_tags) {
  Rule rule;
  rule.name = std::move(name);
  rule.trigger_tags = {"item"};
  rule.invalidate_tags = std::move(invalidate_tags);
  return rule;
}

Relationship RelationshipOf(std::string source, std::string target, std::string form) {
  Relationship relationship;
  relationship.name = absl::StrCat(source, " to ", target);
  relationship.source_type = std::move(source);
  relationship.cascade_depth = 2;
  relationship.target_types = {std::move(target)};
  relationship.target_tag_template = std::move(form);
  return relationship;
}

// Writes of items with these ids, all with one context.
InvalidateByWrites Writes(const std::vector<std::string>& ids,
                          const JsonSource* context = nullptr) {
  InvalidateByWrites command;
  for (const std::string& id : ids) {
    WriteEvent& write = command.writes.emplace_back();
    write.resource_type = "item";
    write.resource_id = id;
    write.operation = "update";
    write.context = context;
  }
  return command;
}

JsonValue::List Texts(int count) {
  JsonValue::List texts;
  for (int i = 0; i < count; ++i) texts.emplace_back(absl::StrCat("v", i));
  return texts;
}

constexpr char kEverything[] = "1 EVICT everything <LIMIT~>";

TEST(WorkBudgetTest, BeyondHalfOfItTheLiteralTagStandsForFurtherWrites) {
  Limits limits;
  limits.steps = 180;
  EngineScript script(limits);
  script.Do(RegisterRule{BudgetRule("r", {"page:{resource_id}"})});
  const auto lines = script.Do(Writes({"1", "2", "3", "4"}));
  EXPECT_THAT(lines, Contains("1 EVICT tag page:1 <RULE(r)>"));
  EXPECT_THAT(lines, Contains("1 EVICT tag page:2 <RULE(r)>"));
  EXPECT_THAT(lines, Contains("1 EVICT tag page <RULE(r)~>"));
  EXPECT_THAT(lines, Contains("1 EVICT tag item:4 <DIRECT>")) << "what the writer names stays";
  EXPECT_THAT(lines, Not(Contains("1 EVICT tag page:3 <RULE(r)>")));
  EXPECT_EQ(script.result<InvalidationResult>().widened, 2u) << "once for each write";
}

TEST(WorkBudgetTest, BeyondItsBytesAsWell) {
  Limits limits;
  limits.expanded_bytes = 10;
  EngineScript script(limits);
  script.Do(RegisterRule{BudgetRule("r", {"page:{resource_id}"})});
  const auto lines = script.Do(Writes({"1", "2", "3"}));
  EXPECT_THAT(lines, Contains("1 EVICT tag page:1 <RULE(r)>"));
  EXPECT_THAT(lines, Contains("1 EVICT tag page <RULE(r)~>"));
}

TEST(WorkBudgetTest, BeyondItRelationshipsNameTheirTypes) {
  Limits limits;
  limits.steps = 90;
  EngineScript script(limits);
  script.Do(RegisterRelationship{RelationshipOf("item", "order", "order:of:{resource_id}")});
  script.Do(RegisterRelationship{RelationshipOf("order", "page", "page:of:{resource_id}")});
  EXPECT_THAT(
      script.Do(Writes({"1", "2"})),
      ElementsAre("1 EVICT tag item:#all <DIRECT>", "1 EVICT tag item:1 <DIRECT>",
                  "1 EVICT tag item:2 <DIRECT>", "1 EVICT tag order <RELATIONSHIP(item to order)~>",
                  "1 EVICT tag order:of:1 <RELATIONSHIP(item to order)>",
                  "1 EVICT tag page <RELATIONSHIP(order to page)~>",
                  "1 EVICT tag page:of <RELATIONSHIP(order to page)~>"));
}

TEST(WorkBudgetTest, AProductOfListsIsAskedForBeforeItIsMade) {
  Limits limits;
  limits.steps = 10'000;
  EngineScript script(limits);
  const FixedJson context{JsonValue(JsonValue::Object{{"l", Texts(30)}, {"m", Texts(30)}})};
  script.Do(RegisterRule{BudgetRule("r", {"page:{context.l}:{context.m}"})});
  EXPECT_THAT(script.Do(Writes({"1"}, &context)),
              ElementsAre("1 EVICT tag item:#all <DIRECT>", "1 EVICT tag item:1 <DIRECT>",
                          "1 EVICT tag page <RULE(r)~>"));
}

TEST(WorkBudgetTest, BeyondItsStepsACommandInvalidatesEverything) {
  Limits limits;
  limits.steps = 30;
  EngineScript script(limits);
  script.Track("k", {"unrelated"});
  for (int i = 0; i < 21; ++i) {
    script.Do(RegisterRule{BudgetRule(absl::StrCat("r", i), {"page:{resource_id}"})});
  }
  EXPECT_THAT(script.Do(Writes({"1", "2", "3"})), ElementsAre(kEverything));
  EXPECT_EQ(script.result<InvalidationResult>().invalidations, 1u);
  EXPECT_EQ(script.result<InvalidationResult>().widened, 1u);
  EXPECT_EQ(script.applied().widened, 1u);
  EXPECT_EQ(script.Lookup("k"), "ABSENT");
  EXPECT_THAT(script.Write("other", "1"), SizeIs(2)) << "the next command has a budget of its own";
}

TEST(WorkBudgetTest, EverythingEmptiesThePendingBatch) {
  Limits limits;
  limits.steps = 20;
  EngineScript script(limits);
  for (int i = 0; i < 30; ++i) {
    Rule rule = BudgetRule(absl::StrCat("r", i), {"page"});
    rule.strategy = Strategy::kBatched;
    script.Do(RegisterRule{rule});
  }
  script.Invalidate({"a"}, {}, Strategy::kBatched);
  EXPECT_THAT(script.Do(Writes({"1"})), ElementsAre(kEverything));
  EXPECT_EQ(script.result<InvalidationResult>().pending_targets, 0u);
}

TEST(WorkBudgetTest, BeyondHalfOfItConditionsAreInDoubt) {
  Limits limits;
  limits.steps = 160;
  EngineScript script(limits);
  Rule rule = BudgetRule("r", {"page:{resource_id}"});
  rule.condition = "operation == 'delete'";
  script.Do(RegisterRule{rule});
  const auto lines = script.Do(Writes({"1", "2", "3", "4"}));
  EXPECT_THAT(lines, Not(Contains("1 EVICT tag page:1 <RULE(r)>")));
  EXPECT_THAT(lines, Contains("1 EVICT tag page <RULE(r)~>"));
  EXPECT_GE(script.result<InvalidationResult>().condition_errors, 1u);
}

TEST(WorkBudgetTest, BeyondItAPatternIsEverything) {
  Limits limits;
  limits.steps = 10 * kStepsPerMatch;
  EngineScript script(limits);
  for (int i = 0; i < 8; ++i) script.Track(absl::StrCat("k", i), {});
  EXPECT_THAT(script.InvalidatePattern("nothing"), ElementsAre("1 EVICT pattern nothing <CALL>"))
      << "no key begins like it";
  EXPECT_THAT(script.InvalidatePattern("k.*9"), ElementsAre("2 EVICT pattern k.*9 <CALL>"));
  for (int i = 8; i < 12; ++i) script.Track(absl::StrCat("k", i), {});
  EXPECT_THAT(script.InvalidatePattern("k.*9", Strategy::kLazy),
              ElementsAre("3 MARK_STALE everything <LIMIT~>"));
  EXPECT_THAT(script.InvalidatePattern("k.*9", Strategy::kBatched),
              ElementsAre("4 EVICT everything <LIMIT~>"))
      << "what depends on it cannot be found";
  EXPECT_EQ(script.result<InvalidationResult>().widened, 1u);
  EXPECT_EQ(script.result<InvalidationResult>().pending_targets, 0u);
}

// The maximum size of a pattern, and of its matching time if RE2's cache does not help.
std::string LargePattern(absl::string_view end) { return absl::StrCat("k(?:[ab]?){700}", end); }

TEST(WorkBudgetTest, APatternThatTakesLongIsEverythingAfterAFewKeys) {
  EngineScript script;
  const auto key = [](int i) { return absl::StrCat("k", std::string(1000, 'a'), i); };
  for (int i = 0; i < 3; ++i) script.Track(key(i), {});
  EXPECT_THAT(script.InvalidatePattern(LargePattern("x")), SizeIs(1));
  EXPECT_EQ(script.Lookup(key(0)), "FRESH") << "it was matched, and does not match";
  for (int i = 3; i < 20; ++i) script.Track(key(i), {});
  EXPECT_THAT(script.InvalidatePattern("k[^:]*x"), ElementsAre("2 EVICT pattern k[^:]*x <CALL>"))
      << "matching this one takes no time";
  EXPECT_THAT(script.InvalidatePattern(LargePattern("x")),
              ElementsAre("3 EVICT everything <LIMIT~>"));
}

TEST(WorkBudgetTest, AFillIsCheckedAgainstAFewPatternsThatTakeLong) {
  EngineScript script;
  for (int i = 0; i < 20; ++i) script.InvalidatePattern(LargePattern(absl::StrCat("x", i)));
  const std::string key = absl::StrCat("k", std::string(1000, 'a'));
  EXPECT_THAT(script.TrackAt(18, key, {}), IsEmpty());
  EXPECT_EQ(script.Lookup(key), "FRESH") << "two patterns are later";
  script.TrackAt(0, absl::StrCat(key, "2"), {});
  EXPECT_EQ(script.result<TrackEntriesResult>().results[0].moved, absl::StrCat(key, "2"));
}

TEST(WorkBudgetTest, LookingAtManyPatternsCounts) {
  Limits limits;
  limits.steps = 10;
  EngineScript script(limits);
  for (uint64_t i = 0; i < 6 * kPatternsPerStep; ++i) {
    script.InvalidatePattern(absl::StrCat("p", i, ".*"));
  }
  script.TrackAt(0, "k", {});
  EXPECT_EQ(script.Lookup("k"), "FRESH") << "none begins like it";
  for (uint64_t i = 0; i < 6 * kPatternsPerStep; ++i) {
    script.InvalidatePattern(absl::StrCat("q", i, ".*"), Strategy::kBatched);
  }
  script.TrackAt(0, "k2", {});
  EXPECT_EQ(script.result<TrackEntriesResult>().results[0].moved, "k2") << "twelve steps";
}

TEST(WorkBudgetTest, LookedAtPatternsAreCountedBySixteens) {
  WorkBudget work(2);
  EXPECT_TRUE(work.LookAtPatterns(kPatternsPerStep - 1));
  EXPECT_EQ(work.steps_left(), 2u);
  EXPECT_TRUE(work.LookAtPatterns(2 * kPatternsPerStep));
  EXPECT_EQ(work.steps_left(), 0u);
  EXPECT_TRUE(work.LookAtPatterns(1));
  EXPECT_FALSE(work.LookAtPatterns(kPatternsPerStep));
  EXPECT_FALSE(work.LookAtPatterns(0));
}

TEST(WorkBudgetTest, OnePatternOfManyRulesIsMatchedOnce) {
  Limits limits;
  limits.steps = 80;
  EngineScript script(limits);
  for (int i = 0; i < 8; ++i) script.Track(absl::StrCat("k", i), {});
  for (const char* name : {"a", "b", "c"}) {
    Rule rule = BudgetRule(name, {});
    rule.pattern = "k.*9";
    rule.strategy = Strategy::kBatched;
    script.Do(RegisterRule{rule});
  }
  EXPECT_THAT(script.Do(Writes({"1"})), SizeIs(2)) << "the direct tags";
  EXPECT_EQ(script.result<InvalidationResult>().pending_targets, 1u);
}

TEST(WorkBudgetTest, AFillThatMayNotBeMatchedHasMoved) {
  Limits limits;
  limits.steps = 2 * kStepsPerMatch;
  EngineScript script(limits);
  for (const char* pattern : {"a.*", ".*b", ".*c", ".*d"}) script.InvalidatePattern(pattern);
  EXPECT_THAT(script.TrackAt(4, "k", {}), IsEmpty());
  EXPECT_EQ(script.Lookup("k"), "FRESH");
  EXPECT_THAT(script.TrackAt(2, "k2", {}), IsEmpty());
  EXPECT_EQ(script.Lookup("k2"), "FRESH") << "two patterns are later";
  script.TrackAt(1, "k3", {});
  EXPECT_EQ(script.Lookup("k3"), "ABSENT");
  EXPECT_EQ(script.result<TrackEntriesResult>().results[0].moved, "k3");
}

// Tags, conditions and patterns, each within its share, together exceed the budget.
TEST(WorkBudgetTest, AllKindsOfWorkShareIt) {
  Limits limits;
  limits.steps = 300;
  for (const auto& [keys, writes, everything] :
       {std::tuple(100, 1, false), std::tuple(20, 4, false), std::tuple(100, 4, true)}) {
    EngineScript script(limits);
    for (int i = 0; i < keys; ++i) script.Track(absl::StrCat("k", i), {});
    Rule rule = BudgetRule("r", {"page:{resource_id}"});
    rule.pattern = "k.*x";
    script.Do(RegisterRule{rule});
    std::vector<std::string> ids;
    for (int i = 0; i < writes; ++i) ids.push_back(absl::StrCat(i));
    const auto lines = script.Do(Writes(ids));
    EXPECT_EQ(lines.size() == 1, everything) << keys << " keys, " << writes << " writes";
  }
}

TEST(WorkBudgetTest, AnExplanationHasLessAndSaysSo) {
  Limits limits;
  limits.explained_steps = 20;
  EngineScript script(limits);
  for (const char* name : {"a", "b"}) {
    script.Do(RegisterRule{BudgetRule(name, {absl::StrCat(name, ":{resource_id}")})});
  }
  ExplainWrite query;
  const std::vector<std::string> ids = {"1"};  // the write refers to them
  query.write = Writes(ids).writes[0];
  EXPECT_THAT(script.Ask<ExplainWriteResult>(query).explanation.root.reason,
              HasSubstr("exceeds the limit of one explanation"));
  EXPECT_THAT(script.Do(Writes({"1"})), Contains("1 EVICT tag b:1 <RULE(b)>"));
}

TEST(WorkBudgetTest, AnExplanationMatchesWithinItsSteps) {
  EngineScript script;
  const std::string key = absl::StrCat("k", std::string(1000, 'a'));
  for (int i = 0; i < 3; ++i) script.Track(absl::StrCat(key, i), {});
  Rule rule = BudgetRule("r", {});
  rule.pattern = "k[^:]*x";
  script.Do(RegisterRule{rule});
  ExplainWrite query;
  const std::vector<std::string> ids = {"1"};  // the write refers to them
  query.write = Writes(ids).writes[0];
  EXPECT_THAT(script.Ask<ExplainWriteResult>(query).explanation.root.reason,
              Not(HasSubstr("keys")));
  rule.pattern = LargePattern("x");
  script.Do(RegisterRule{rule});
  EXPECT_THAT(
      script.Ask<ExplainWriteResult>(query).explanation.root.reason,
      AllOf(HasSubstr("entries are counted among"), HasSubstr("dependents are looked for")));
  const std::string explained = absl::StrCat(key, 0);  // the query only refers to it
  query.key = explained;
  const Explanation explanation = script.Ask<ExplainWriteResult>(query).explanation;
  EXPECT_TRUE(explanation.key_hit) << "it might be";
  EXPECT_THAT(explanation.root.reason, HasSubstr("some patterns are assumed to match"));
}

TEST(WorkBudgetTest, ABatchOfManyPatternsFlushes) {
  Limits limits;
  limits.pending_patterns = 3;
  EngineScript script(limits);
  script.InvalidatePattern("a", Strategy::kBatched);
  EXPECT_THAT(script.InvalidatePattern("b", Strategy::kBatched), IsEmpty());
  EXPECT_THAT(script.InvalidatePattern("b", Strategy::kBatched), IsEmpty());
  EXPECT_THAT(script.InvalidatePattern("c", Strategy::kBatched),
              ElementsAre("1 EVICT pattern a <CALL>", "1 EVICT pattern b <CALL>",
                          "1 EVICT pattern c <CALL>"));
}

TEST(WorkBudgetTest, ABatchOfManyBytesFlushes) {
  Limits limits;
  limits.pending_bytes = 1000;
  EngineScript script(limits);
  const std::string name(300, 'x');
  EXPECT_THAT(script.Invalidate({}, {name}, Strategy::kBatched), IsEmpty());
  EXPECT_THAT(script.Invalidate({}, {"b"}, Strategy::kBatched), IsEmpty());
  EXPECT_THAT(script.Invalidate({}, {name + "2"}, Strategy::kBatched), SizeIs(3));
  EXPECT_THAT(script.Invalidate({}, {"c"}, Strategy::kBatched), IsEmpty()) << "it is empty again";
}

// Each dependent stores the name of its source.
TEST(WorkBudgetTest, ABatchWithFarTooManyDependentsIsEverything) {
  Limits limits;
  limits.pending_bytes = 5000;
  EngineScript script(limits);
  const std::string hub(200, 'h');
  for (int i = 0; i < 9; ++i) script.Track(absl::StrCat("k", i), {}, {hub});
  EXPECT_THAT(script.Invalidate({}, {hub}, Strategy::kBatched), IsEmpty());
  script.Do(FlushPendingInvalidations{});
  for (int i = 0; i < 14; ++i) script.Track(absl::StrCat("k", i), {}, {hub});
  EXPECT_THAT(script.Invalidate({}, {hub}, Strategy::kBatched),
              ElementsAre("2 EVICT everything <LIMIT~>"));
}

// Half of the budget bounds those of templates.
TEST(WorkBudgetTest, TagsThatAWriterNamesCountTwice) {
  Limits limits;
  limits.steps = 300;
  EngineScript script(limits);
  std::vector<std::string> names;
  for (int i = 0; i < 20; ++i) names.push_back(absl::StrCat("t", i));
  const std::vector<std::string> ids = {"1"};  // the command refers to them
  InvalidateByWrites command = Writes(ids);
  command.writes[0].tags.assign(names.begin(), names.begin() + 10);
  EXPECT_THAT(script.Do(command), SizeIs(12));
  command.writes[0].tags.assign(names.begin(), names.end());
  EXPECT_THAT(script.Do(command), ElementsAre("2 EVICT everything <LIMIT~>"));
}

TEST(WorkBudgetTest, OfManyCausesOneStandsForTheLastOnes) {
  Limits limits;
  limits.causes = 2;
  EngineScript script(limits);
  for (const char* name : {"a", "b", "c", "d"}) script.Do(RegisterRule{BudgetRule(name, {"page"})});
  EXPECT_THAT(script.Do(Writes({"1"})), Contains("1 EVICT tag page <RULE(a) RULE(b) OTHERS>"));
}

TEST(WorkBudgetTest, ADependentThatManyWritesReachKeepsAFewCauses) {
  Limits limits;
  limits.causes = 2;
  EngineScript script(limits);
  script.Depend("report", {}, {"s1", "s2", "s3", "s4"});
  size_t rows = 0;
  for (const char* source : {"s4", "s2", "s1", "s3"}) {
    script.Invalidate({source}, {}, Strategy::kBatched);
    for (const RecordChange& change : script.applied().delta) {
      const auto* pending = std::get_if<PendingRecord>(&change.record);
      rows += pending != nullptr && pending->name == "report" ? 1 : 0;
    }
  }
  EXPECT_EQ(rows, 3u) << "one for each of the two causes, one for the others";
  script.Advance(absl::Seconds(1));
  EXPECT_THAT(script.RunTimer(),
              Contains("1 EVICT key report <DEPENDENCY(s2) DEPENDENCY(s4) OTHERS>"));
}

TEST(WorkBudgetTest, ADeepIdIsNamedByItsFirstLevels) {
  std::string id = "1";
  std::string first = "item";
  for (size_t level = 1; level < kMaxTagLevels; ++level) {
    absl::StrAppend(&id, ":1");
    absl::StrAppend(&first, ":1");
  }
  EngineScript script;
  script.Do(RegisterRule{BudgetRule("r", {"page:{resource_id}"})});
  const auto lines = script.Do(Writes({id}));
  EXPECT_THAT(lines, Contains(absl::StrCat("1 EVICT tag ", first, " <DIRECT~>")));
  EXPECT_THAT(lines, SizeIs(5)) << "with the collection, the escaped id, and both of the rule";
  EXPECT_EQ(script.result<InvalidationResult>().widened, 2u);
}

}  // namespace
}  // namespace cache_invalidation::engine
