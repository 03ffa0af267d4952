// SPDX-License-Identifier: Apache-2.0

#include "server/engine/rule_set.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/check.h"
#include "common/limits.h"
#include "common/tag.h"

namespace cache_invalidation::engine {
namespace {

bool NameBefore(const CompiledRelationship* a, const CompiledRelationship* b) {
  return a->relationship.name < b->relationship.name;
}

// A rule whose trigger matches a write: finding it, sorting it and evaluating whether it fires.
constexpr uint64_t kStepsPerRule = 4;

// The cost of starting an evaluation, in the units of conditions.
constexpr uint64_t kCostOfBeginning = 10;

std::optional<Pattern> PatternOf(const Rule& rule) {
  if (rule.pattern.empty()) return std::nullopt;
  absl::StatusOr<Pattern> compiled = Pattern::Compile(rule.pattern);
  Check(compiled.ok(), "a rule's pattern has been checked");
  return *std::move(compiled);
}

}  // namespace

CompiledRelationship::CompiledRelationship(Relationship checked)
    : relationship(std::move(checked)) {
  Check(relationship.cascade_depth >= kMinCascadeDepth &&
            relationship.cascade_depth <= kMaxCascadeDepth,
        "a relationship's cascade depth has been checked");
  if (relationship.target_tag_template.empty()) return;
  Check(relationship.target_types.size() == 1, "a template has exactly one target type");
  absl::StatusOr<TagTemplate> parsed = TagTemplate::Parse(relationship.target_tag_template);
  Check(parsed.ok(), "a relationship's template has been checked");
  tag_template = *std::move(parsed);
}

absl::string_view CardinalityName(Cardinality cardinality) {
  constexpr absl::string_view kNames[] = {"one_to_one", "one_to_many", "many_to_one",
                                          "many_to_many"};
  static_assert(std::size(kNames) == static_cast<size_t>(Cardinality::kManyToMany) + 1);
  return kNames[static_cast<size_t>(cardinality)];
}

bool RelationshipSet::Put(Relationship relationship) {
  const bool replaced = Remove(relationship.name);
  std::string name = relationship.name;
  const CompiledRelationship& added =
      by_name_.try_emplace(std::move(name), std::move(relationship)).first->second;
  Sources& sources = by_source_[added.relationship.source_type];
  sources.insert(std::upper_bound(sources.begin(), sources.end(), &added, NameBefore), &added);
  return replaced;
}

bool RelationshipSet::Remove(absl::string_view name) {
  const auto found = by_name_.find(name);
  if (found == by_name_.end()) return false;
  const auto sources = by_source_.find(found->second.relationship.source_type);
  sources->second.erase(std::find(sources->second.begin(), sources->second.end(), &found->second));
  if (sources->second.empty()) by_source_.erase(sources);
  by_name_.erase(found);
  return true;
}

const Relationship* RelationshipSet::Find(absl::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : &found->second.relationship;
}

const RelationshipSet::Sources& RelationshipSet::From(absl::string_view source_type) const {
  static const Sources* const none = new Sources;
  const auto found = by_source_.find(source_type);
  return found == by_source_.end() ? *none : found->second;
}

RelationshipSet::Page RelationshipSet::List(const ListRelationships& query) const {
  Page page;
  for (auto it = by_name_.upper_bound(query.after_name); it != by_name_.end(); ++it) {
    const Relationship& relationship = it->second.relationship;
    if (!query.source_type.empty() && relationship.source_type != query.source_type) continue;
    if (page.relationships.size() == query.limit) {
      page.more = true;
      break;
    }
    page.relationships.push_back(&relationship);
  }
  return page;
}

CompiledRule::CompiledRule(Rule checked) : CompiledRule(checked, PatternOf(checked)) {}

CompiledRule::CompiledRule(Rule checked, std::optional<Pattern> compiled)
    : rule(std::move(checked)), pattern(std::move(compiled)) {
  if (!rule.condition.empty()) condition = Condition::Parse(rule.condition);
  bool all_literal = true;
  for (const std::string& tag : rule.invalidate_tags) {
    absl::StatusOr<TagTemplate> parsed = TagTemplate::Parse(tag);
    Check(parsed.ok(), "a rule's templates have been checked");
    all_literal &= parsed->is_literal();
    templates.push_back(*std::move(parsed));
  }
  for (const Relationship& relationship : rule.relationships) {
    relationships.emplace_back(relationship);
  }
  ignores_write = all_literal && relationships.empty();
}

uint64_t FreeingCost(const std::shared_ptr<const CompiledRule>& rule) {
  constexpr uint64_t kKeysPerRule = 4;
  if (rule.use_count() > 1) return 1;
  return kKeysPerRule + rule->rule.pattern.size() + rule->rule.condition.size();
}

bool RuleSet::RunsBefore(const CompiledRule& a, const CompiledRule& b) { return Order()(&a, &b); }

bool RuleSet::Put(std::shared_ptr<const CompiledRule> rule) {
  const CompiledRule& added = *rule;
  const bool replaced = Remove(added.rule.name);
  by_name_.emplace(added.rule.name, std::move(rule));
  in_order_.insert(&added);
  for (const std::string& trigger : added.rule.trigger_tags) {
    by_trigger_[trigger].push_back(&added);
  }
  return replaced;
}

bool RuleSet::Remove(absl::string_view name) {
  const auto found = by_name_.find(name);
  if (found == by_name_.end()) return false;
  const CompiledRule* removed = found->second.get();
  for (const std::string& trigger : removed->rule.trigger_tags) {
    const auto rules = by_trigger_.find(trigger);
    rules->second.erase(std::find(rules->second.begin(), rules->second.end(), removed));
    if (rules->second.empty()) by_trigger_.erase(rules);
  }
  in_order_.erase(removed);
  removed_.push_back(std::move(found->second));
  by_name_.erase(found);
  return true;
}

bool RuleSet::TakeApart(uint64_t& limit) {
  in_order_.clear();
  by_trigger_.clear();
  while (limit > 0 && !by_name_.empty()) {
    limit -= std::min(limit, FreeingCost(by_name_.begin()->second));
    by_name_.erase(by_name_.begin());
  }
  return !by_name_.empty();
}

const Rule* RuleSet::Find(absl::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : &found->second->rule;
}

std::vector<RuleSet::Match> RuleSet::Matches(absl::Span<const absl::string_view> tags,
                                             WorkBudget& budget,
                                             absl::string_view whole_type) const {
  std::vector<Match> matches;
  // If several triggers match, the first one is kept.
  absl::flat_hash_set<const CompiledRule*> met;
  const auto meet = [&](const auto& trigger) {
    budget.Step(trigger.second.size() * kStepsPerRule);
    if (budget.is_spent()) return;
    for (const CompiledRule* rule : trigger.second) {
      if (met.insert(rule).second) matches.push_back({rule, trigger.first});
    }
  };
  for (const absl::string_view tag : tags) {
    ForEachSelfAndAncestor(tag, [&](absl::string_view name) {
      budget.Step();
      const auto found = by_trigger_.find(name);
      if (found != by_trigger_.end()) meet(*found);
    });
  }
  if (!whole_type.empty()) {
    const std::string below = absl::StrCat(whole_type, ":");
    for (auto it = by_trigger_.lower_bound(below); it != by_trigger_.end(); ++it) {
      if (!absl::StartsWith(it->first, below)) break;
      meet(*it);
    }
  }
  std::sort(matches.begin(), matches.end(),
            [](const Match& a, const Match& b) { return RunsBefore(*a.rule, *b.rule); });
  return matches;
}

RuleSet::Page RuleSet::List(const ListRules& query) const {
  Page page;
  auto it = query.after_name.empty()
                ? in_order_.begin()
                : in_order_.upper_bound(Place{query.after_priority, query.after_name});
  for (; it != in_order_.end(); ++it) {
    if (page.rules.size() == query.limit) {
      page.more = true;
      break;
    }
    page.rules.push_back(&(*it)->rule);
  }
  return page;
}

ConditionVerdict JudgeCondition(const CompiledRule& rule, const WriteEvent& write,
                                WorkBudget& budget) {
  if (!rule.condition.has_value()) return {};
  if (!rule.condition->ok()) return {true, rule.condition->status()};
  if (write.resource_id.empty()) {
    return {true, absl::FailedPreconditionError("the write concerns the whole type, not one row")};
  }
  const uint64_t most = budget.condition_cost();
  if (most == 0) {
    return {true, absl::ResourceExhaustedError("the conditions of the command cost too much")};
  }
  Condition::Outcome outcome = (*rule.condition)->Evaluate(write, most);
  budget.SpendOnCondition(outcome.cost + kCostOfBeginning);
  return {outcome.holds, std::move(outcome.error), outcome.cost};
}

}  // namespace cache_invalidation::engine
