// SPDX-License-Identifier: Apache-2.0

#include "server/engine/planner.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/limits.h"
#include "tests/fakes/fixed_json.h"

namespace cache_invalidation::engine {
namespace {

using Strings = std::vector<std::string>;

// A write with the data it points to.
struct Written {
  std::string type;
  std::string id;
  std::vector<std::string> tags = {};
  JsonValue::Object context = {};
};

Rule OnType(std::string name, std::string trigger, std::vector<std::string> tags,
            Strategy strategy = Strategy::kImmediate, int32_t priority = 0) {
  Rule rule;
  rule.name = std::move(name);
  rule.trigger_tags = {std::move(trigger)};
  rule.invalidate_tags = std::move(tags);
  rule.strategy = strategy;
  rule.priority = priority;
  return rule;
}

Rule With(Rule rule, std::vector<Relationship> attached, std::string pattern = "") {
  rule.relationships = std::move(attached);
  rule.pattern = std::move(pattern);
  return rule;
}

Rule NotEnabled(Rule rule) {
  rule.enabled = false;
  return rule;
}

Relationship Edge(std::string name, std::string source, std::vector<std::string> targets,
                  std::string tag_template = "", uint32_t depth = 1) {
  Relationship relationship;
  relationship.name = std::move(name);
  relationship.source_type = std::move(source);
  relationship.target_types = std::move(targets);
  relationship.target_tag_template = std::move(tag_template);
  relationship.cascade_depth = depth;
  return relationship;
}

const char* StepName(CauseStep step) {
  switch (step) {
    case CauseStep::kDirect:
      return "direct";
    case CauseStep::kRelationship:
      return "relationship";
    case CauseStep::kRule:
      return "rule";
    case CauseStep::kCascade:
      return "cascade";
    default:
      return "unexpected";
  }
}

std::string Describe(const PlannedTarget& target) {
  EXPECT_EQ(target.target == TargetKind::kPattern, target.pattern != nullptr);
  return absl::StrCat(target.target == TargetKind::kTag ? "" : "pattern ", target.name, " <",
                      StepName(target.cause.step), target.cause.name.empty() ? "" : " ",
                      target.cause.name, ">", target.cause.widened ? "~" : "");
}

const char* StrategyName(Strategy strategy) {
  switch (strategy) {
    case Strategy::kImmediate:
      return "immediate";
    case Strategy::kBatched:
      return "batched";
    case Strategy::kLazy:
      return "lazy";
    case Strategy::kCascade:
      return "cascade";
  }
  return "";
}

// One line for each step, then the counts that are not zero.
Strings Describe(const Plan& plan) {
  Strings lines;
  for (const PlannedStep& step : plan.steps) {
    lines.push_back(absl::StrCat(
        StrategyName(step.strategy), ": ",
        absl::StrJoin(step.targets, ", ", [](std::string* out, const PlannedTarget& target) {
          absl::StrAppend(out, Describe(target));
        })));
  }
  for (const Firing& firing : plan.fired) {
    lines.push_back(absl::StrCat("fired ", firing.rule->name, " x", firing.times));
  }
  if (plan.relationship_expansions != 0) {
    lines.push_back(absl::StrCat("expanded ", plan.relationship_expansions));
  }
  if (plan.widened != 0) lines.push_back(absl::StrCat("widened ", plan.widened));
  return lines;
}

Strings PlanOf(const std::vector<Rule>& rules, const std::vector<Relationship>& relationships,
               const std::vector<Written>& writes) {
  RuleSet rule_set;
  for (const Rule& rule : rules) rule_set.Put(rule);
  RelationshipSet relationship_set;
  for (const Relationship& relationship : relationships) relationship_set.Put(relationship);
  std::vector<WriteEvent> events;
  std::vector<FixedJson> contexts;
  contexts.reserve(writes.size());
  for (const Written& written : writes) {
    contexts.emplace_back(JsonValue(written.context));
    events.push_back({written.type,
                      written.id,
                      "update",
                      {written.tags.begin(), written.tags.end()},
                      &contexts.back()});
  }
  WorkBudget budget;
  return Describe(PlanWrites(rule_set, relationship_set, events, budget));
}

struct Row {
  const char* what;
  std::vector<Rule> rules;
  std::vector<Relationship> relationships;
  std::vector<Written> writes;
  Strings expected;
};

void CheckRows(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    EXPECT_EQ(PlanOf(row.rules, row.relationships, row.writes), row.expected) << row.what;
  }
}

TEST(Planner, NamesWhatTheWriteConcernsDirectly) {
  CheckRows({
      {"no writes", {}, {}, {}, {}},
      {"resource and collection tag, not the type tag",
       {},
       {},
       {{"user", "7"}},
       {"immediate: user:#all <direct>, user:7 <direct>"}},
      {"the writer's tags",
       {},
       {},
       {{"user", "7", {"x", "a:b"}}},
       {"immediate: a:b <direct>, user:#all <direct>, user:7 <direct>, x <direct>"}},
      {"without an id the type tag, widened",
       {},
       {},
       {{"user", "", {"x"}}},
       {"immediate: user <direct>~, x <direct>", "widened 1"}},
      {"both forms of an id, where they differ",
       {},
       {},
       {{"doc", "a:b"}, {"doc", "a%3Ab"}, {"doc", "c:"}},
       {"immediate: doc:#all <direct>, doc:a%253Ab <direct>, doc:a%3Ab <direct>, "
        "doc:a:b <direct>, doc:c%3A <direct>, doc:c: <direct>"}},
      {"only one if the other is too long for a tag",
       {},
       {},
       {{"doc", std::string(400, '%')}},
       {"immediate: doc:#all <direct>, doc:" + std::string(400, '%') + " <direct>"}},
      {"the first levels of one that is too deep",
       {},
       {},
       {{"doc", std::string(400, ':')}},
       {"immediate: doc:#all <direct>, doc" + std::string(kMaxTagLevels - 1, ':') + " <direct>~",
        "widened 1"}},
      {"several writes are one step, bytewise by name, each target once",
       {},
       {},
       {{"t", "é"}, {"t", "10"}, {"t", "9"}, {"t", "9", {"t:9"}}},
       {"immediate: t:#all <direct>, t:10 <direct>, t:9 <direct>, t:é <direct>"}},
  });
}

TEST(Planner, FollowsRegisteredRelationships) {
  CheckRows({
      {"after the direct step, each with its name",
       {},
       {Edge("1", "a", {"b", "c"}, "", 2), Edge("2", "b", {"c"})},
       {{"a", "7"}},
       {"immediate: a:#all <direct>, a:7 <direct>",
        "immediate: b <relationship 1>, c <relationship 1>, c <relationship 2>", "expanded 2"}},
      {"a relationship counts once for each write, however often it is taken",
       {},
       {Edge("1", "a", {"c"}, "c:{resource_id}", 2), Edge("2", "a", {"c"}, "", 2),
        Edge("3", "c", {"d"}, "d:{resource_id}")},
       {{"a", "7"}, {"a", "8"}},
       {"immediate: a:#all <direct>, a:7 <direct>, a:8 <direct>",
        "immediate: c <relationship 2>, c:7 <relationship 1>, c:8 <relationship 1>, "
        "d <relationship 3>~, d:7 <relationship 3>, d:8 <relationship 3>",
        "expanded 6", "widened 2"}},
      {"a relationship that names nothing for a null does not count",
       {},
       {Edge("1", "a", {"b"}, "b:{context.f|null=skip}", 2), Edge("2", "a", {"c"}, "", 2),
        Edge("3", "b", {"d"})},
       {{"a", "7", {}, {{"f", JsonValue()}}}, {"a", "8", {}, {{"f", 5}}}},
       {"immediate: a:#all <direct>, a:7 <direct>, a:8 <direct>",
        "immediate: b:5 <relationship 1>, c <relationship 2>, d <relationship 3>", "expanded 4"}},
      {"the distinct widened tags of one write count",
       {},
       {Edge("1", "a", {"b"}, "b:{context.f}"), Edge("2", "a", {"b"}, "b:{context.g}"),
        Edge("3", "a", {"c"}, "c:{context.g}")},
       {{"a", "7"}},
       {"immediate: a:#all <direct>, a:7 <direct>",
        "immediate: b <relationship 1>~, b <relationship 2>~, c <relationship 3>~", "expanded 3",
        "widened 2"}},
  });
}

TEST(Planner, RunsTheRulesThatAreTriggered) {
  CheckRows({
      {"by priority, then by name; names within a step are sorted",
       {OnType("b", "t", {"b"}), OnType("a", "t", {"a2", "a1"}),
        OnType("c", "t", {"c"}, Strategy::kLazy, 1), OnType("other", "u", {"x"})},
       {},
       {{"t", "1"}},
       {"immediate: t:#all <direct>, t:1 <direct>", "lazy: c <rule c>",
        "immediate: a1 <rule a>, a2 <rule a>", "immediate: b <rule b>", "fired c x1", "fired a x1",
        "fired b x1"}},
      {"a rule that is not enabled does not fire",
       {NotEnabled(OnType("r", "t", {"x"}))},
       {},
       {{"t", "1"}},
       {"immediate: t:#all <direct>, t:1 <direct>"}},
      {"triggers meet the resource tag and the writer's tags, and what stands above them",
       {OnType("by_id", "t:1", {"x"}), OnType("by_tag", "m:n", {"y"}),
        OnType("not", "t:#all", {"z"})},
       {},
       {{"t", "1", {"m:n:o"}}},
       {"immediate: m:n:o <direct>, t:#all <direct>, t:1 <direct>", "immediate: x <rule by_id>",
        "immediate: y <rule by_tag>", "fired by_id x1", "fired by_tag x1"}},
      {"without an id the type and every trigger below it is met",
       {OnType("type", "t", {"x:{resource_id}"}), OnType("id", "t:1", {"y"})},
       {},
       {{"t", ""}},
       {"immediate: t <direct>~", "immediate: y <rule id>", "immediate: x <rule type>~",
        "fired id x1", "fired type x1", "widened 2"}},
      {"fired by several writes it is one step with all their targets",
       {OnType("r", "t", {"x", "y:{resource_id}"}, Strategy::kBatched)},
       {},
       {{"t", "1"}, {"u", "5"}, {"t", "2"}},
       {"immediate: t:#all <direct>, t:1 <direct>, t:2 <direct>, u:#all <direct>, u:5 <direct>",
        "batched: x <rule r>, y:1 <rule r>, y:2 <rule r>", "fired r x2"}},
      {"tags stand before the pattern",
       {With(OnType("r", "t", {"zzz"}), {}, "a.*")},
       {},
       {{"t", "1"}, {"t", "2"}},
       {"immediate: t:#all <direct>, t:1 <direct>, t:2 <direct>",
        "immediate: zzz <rule r>, pattern a.* <rule r>", "fired r x2"}},
      {"values of the context; what has none widens",
       {OnType("r", "t", {"x:{context.f}", "y:{context.g}"})},
       {},
       {{"t", "1", {}, {{"f", 5}}}, {"t", "2", {}, {{"f", 6}, {"g", 1}}}},
       {"immediate: t:#all <direct>, t:1 <direct>, t:2 <direct>",
        "immediate: x:5 <rule r>, x:6 <rule r>, y <rule r>~, y:1 <rule r>", "fired r x2",
        "widened 1"}},
      {"a tag that one template names and another widens to has both causes",
       {OnType("r", "t", {"x", "x:{context.f}"})},
       {},
       {{"t", "1"}},
       {"immediate: t:#all <direct>, t:1 <direct>", "immediate: x <rule r>, x <rule r>~",
        "fired r x1", "widened 1"}},
  });
}

TEST(Planner, RunsRulesWithWhatTheWriteSaysOfItsRow) {
  CheckRows({
      {"triggers meet both forms of an id",
       {OnType("as_it_came", "t:a:b", {"x"}), OnType("level", "t:a", {"y"}),
        OnType("escaped", "t:a%3Ab", {"z"}), OnType("not", "t:b", {"w"})},
       {},
       {{"t", "a:b"}},
       {"immediate: t:#all <direct>, t:a%3Ab <direct>, t:a:b <direct>",
        "immediate: x <rule as_it_came>", "immediate: z <rule escaped>",
        "immediate: y <rule level>", "fired as_it_came x1", "fired escaped x1", "fired level x1"}},
      {"a rule that names nothing for a null fires and has no step",
       {OnType("r", "t", {"x:{context.f|null=skip}"})},
       {},
       {{"t", "1", {}, {{"f", JsonValue()}}}},
       {"immediate: t:#all <direct>, t:1 <direct>", "fired r x1"}},
      {"each form of a value in front of what has none is a widened tag",
       {OnType("r", "t", {"x:{resource_id}:{context.f}"})},
       {},
       {{"t", "a:b"}},
       {"immediate: t:#all <direct>, t:a%3Ab <direct>, t:a:b <direct>",
        "immediate: x:a%3Ab <rule r>~, x:a:b <rule r>~", "fired r x1", "widened 2"}},
      {"the operation tells a row that moved from one that is new",
       {OnType("r", "t", {"x:{context.f}"})},
       {},
       {{"t", "1", {}, {{"f", 5}, {"fields_changed", JsonValue::List{JsonValue("f")}}}}},
       {"immediate: t:#all <direct>, t:1 <direct>", "immediate: x <rule r>~, x:5 <rule r>",
        "fired r x1", "widened 1"}},
  });
}

TEST(Planner, ExpandsWhatIsAttachedToARule) {
  CheckRows({
      {"from its own source, by the rule's strategy and under its name",
       {With(OnType("r", "t", {}, Strategy::kLazy),
             {Edge("1", "other", {"x"}, "", 2), Edge("2", "t", {"y"}, "y:{resource_id}")})},
       {Edge("3", "x", {"z"})},
       {{"t", "1"}},
       {"immediate: t:#all <direct>, t:1 <direct>", "lazy: x <rule r>, y:1 <rule r>, z <rule r>",
        "fired r x1"}},
      {"and not without the rule",
       {With(OnType("r", "t", {}), {Edge("1", "other", {"x"})})},
       {},
       {{"other", "1"}},
       {"immediate: other:#all <direct>, other:1 <direct>"}},
  });
}

TEST(Planner, CascadesFromTheTypesOfTheTargets) {
  const std::vector<Relationship> registered = {
      Edge("1", "computed", {"dashboard"}, "", 2),
      Edge("2", "dashboard", {"report"}, "report:{resource_id}"), Edge("3", "t", {"never"}, "", 1)};
  CheckRows({
      {"over their own relationships, unscoped",
       {OnType("r", "p", {"computed:{resource_id}", "query"}, Strategy::kCascade)},
       registered,
       {{"p", "1"}},
       {"immediate: p:#all <direct>, p:1 <direct>",
        "cascade: computed:1 <rule r>, dashboard <cascade r>, query <rule r>, report <cascade r>~",
        "fired r x1", "widened 1"}},
      {"also from what attached relationships name",
       {With(OnType("r", "p", {}, Strategy::kCascade), {Edge("9", "p", {"computed"})})},
       registered,
       {{"p", "1"}},
       {"immediate: p:#all <direct>, p:1 <direct>",
        "cascade: computed <rule r>, dashboard <cascade r>, report <cascade r>~", "fired r x1",
        "widened 1"}},
      {"a target that is also reached has both causes",
       {OnType("r", "p", {"computed", "dashboard"}, Strategy::kCascade)},
       registered,
       {{"p", "1"}, {"p", "2"}},
       {"immediate: p:#all <direct>, p:1 <direct>, p:2 <direct>",
        "cascade: computed <rule r>, dashboard <rule r>, dashboard <cascade r>, "
        "report <cascade r>~",
        "fired r x2", "widened 2"}},
      {"from neither keys nor patterns, and in no other strategy",
       {With(OnType("c", "p", {}, Strategy::kCascade), {}, "computed.*"),
        OnType("i", "p", {"computed"})},
       registered,
       {{"p", "1"}},
       {"immediate: p:#all <direct>, p:1 <direct>", "cascade: pattern computed.* <rule c>",
        "immediate: computed <rule i>", "fired c x1", "fired i x1"}},
  });
}

TEST(Planner, CascadesFromTagsThatAreCalledFor) {
  RelationshipSet set;
  set.Put(Edge("1", "a", {"b"}, "b:{resource_id}"));
  set.Put(Edge("2", "a", {"c", "b"}));
  WorkBudget budget;
  const CascadePlan plan = PlanCascade(set, {"a:7", "a", "x"}, budget);
  Strings lines;
  for (const PlannedTarget& target : plan.step.targets) lines.push_back(Describe(target));
  EXPECT_EQ(lines, (Strings{"b <cascade>", "b <cascade>~", "c <cascade>"}));
  EXPECT_EQ(plan.widened, 1u);
}

TEST(Planner, LooksAtNoContextThatNobodyAsksFor) {
  RuleSet rules;
  rules.Put(OnType("r", "t", {"x", "y:{resource_id}"}));
  rules.Put(OnType("other", "u", {"x:{context.f}"}));
  RelationshipSet relationships;
  relationships.Put(Edge("1", "t", {"z"}, "z:{resource_id}"));
  const FixedJson context{JsonValue()};
  const WriteEvent write = {"t", "7", "update", {}, &context};
  WorkBudget budget;
  EXPECT_EQ(PlanWrites(rules, relationships, {&write, 1}, budget).steps.size(), 3u);
  EXPECT_EQ(context.looks(), 0);
}

}  // namespace
}  // namespace cache_invalidation::engine
