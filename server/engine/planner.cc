#include "server/engine/planner.h"

#include <algorithm>
#include <cstddef>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "server/engine/rule_condition.h"
#include "server/engine/write_targets.h"

namespace cache_invalidation::engine {
namespace {

auto PlaceInStep(const PlannedTarget& target) {
  return std::make_tuple(target.type, absl::string_view(target.name), target.cause.step,
                         target.cause.name, target.cause.widened);
}

// Gathers the targets of one step over all writes of a command.
class StepTargets {
 public:
  void Add(RenderedTag tag, CauseStep step, absl::string_view cause) {
    any_widened_ |= tag.widened();
    const bool widened = tag.widened();
    targets_.push_back({TargetType::kTag, std::move(tag.name), {step, cause, widened}, nullptr});
  }

  void AddAll(std::vector<RenderedTag> tags, CauseStep step, absl::string_view cause) {
    for (RenderedTag& tag : tags) Add(std::move(tag), step, cause);
  }

  void AddPattern(const Pattern& pattern, absl::string_view cause) {
    targets_.push_back({TargetType::kPattern,
                        std::string(pattern.expression()),
                        {CauseStep::kRule, cause, false},
                        &pattern});
  }

  // Ends one write's part; answers how many distinct tags it widened.
  uint64_t EndWrite() {
    uint64_t widened = 0;
    if (any_widened_) {
      absl::flat_hash_set<absl::string_view> names;
      for (size_t i = write_begins_; i < targets_.size(); ++i) {
        if (targets_[i].cause.widened) names.insert(targets_[i].name);
      }
      widened = names.size();
    }
    any_widened_ = false;
    write_begins_ = targets_.size();
    return widened;
  }

  void MarkConditionFailed() {
    for (PlannedTarget& target : targets_) target.cause.condition_failed = true;
  }

  std::vector<PlannedTarget> InOrder() && {
    std::sort(targets_.begin(), targets_.end(), [](const PlannedTarget& a, const PlannedTarget& b) {
      return PlaceInStep(a) < PlaceInStep(b);
    });
    const auto repeated = std::unique(targets_.begin(), targets_.end(),
                                      [](const PlannedTarget& a, const PlannedTarget& b) {
                                        return PlaceInStep(a) == PlaceInStep(b);
                                      });
    targets_.erase(repeated, targets_.end());
    return std::move(targets_);
  }

 private:
  std::vector<PlannedTarget> targets_;
  size_t write_begins_ = 0;
  bool any_widened_ = false;
};

// A rule that fired, with what it named so far.
struct FiredRule {
  const CompiledRule* rule = nullptr;
  uint64_t times = 0;
  uint64_t condition_errors = 0;
  uint64_t widened_by_last = 0;
  StepTargets targets = {};
};

class Planner {
 public:
  Planner(const RuleSet& rules, const RelationshipSet& relationships)
      : rules_(rules), relationships_(relationships) {}

  void Add(const WriteEvent& write) {
    std::vector<DirectTag> direct = DirectTags(write);
    for (const RuleSet::Match& match : MatchingRules(rules_, write, direct)) {
      if (!match.rule->rule.enabled) continue;
      const ConditionVerdict verdict = JudgeCondition(*match.rule, write);
      if (verdict.holds) Fire(*match.rule, write, verdict.failed());
    }
    for (DirectTag& named : direct) direct_.Add(std::move(named.tag), CauseStep::kDirect, "");
    plan_.widened += direct_.EndWrite();
    Expand(write);
  }

  Plan Finish() {
    AddStep(nullptr, std::move(direct_));
    AddStep(nullptr, std::move(related_));
    std::sort(fired_.begin(), fired_.end(), [](const FiredRule& a, const FiredRule& b) {
      return RuleSet::RunsBefore(*a.rule, *b.rule);
    });
    for (FiredRule& fired : fired_) {
      plan_.fired.push_back({&fired.rule->rule, fired.times, fired.condition_errors});
      if (fired.condition_errors > 0) fired.targets.MarkConditionFailed();
      AddStep(&fired.rule->rule, std::move(fired.targets));
    }
    return std::move(plan_);
  }

 private:
  void Expand(const WriteEvent& write) {
    Expansion hops = ExpandWrite(relationships_, write);
    if (hops.empty()) return;
    // A relationship may be taken more than once, with more scope and with less.
    absl::flat_hash_set<const CompiledRelationship*> taken;
    for (Hop& hop : hops) {
      if (!hop.tags.empty()) taken.insert(hop.via);
      related_.AddAll(std::move(hop.tags), CauseStep::kRelationship, hop.via->relationship.name);
    }
    plan_.relationship_expansions += taken.size();
    plan_.widened += related_.EndWrite();
  }

  void Fire(const CompiledRule& rule, const WriteEvent& write, bool condition_failed) {
    const auto [index, first] = index_.try_emplace(&rule, fired_.size());
    if (first) fired_.push_back({&rule});
    FiredRule& fired = fired_[index->second];
    if (first || !rule.ignores_write)
      fired.widened_by_last = AddTargets(rule, write, fired.targets);
    ++fired.times;
    if (condition_failed) ++fired.condition_errors;
    plan_.widened += fired.widened_by_last;
  }

  // Answers how many tags were widened.
  uint64_t AddTargets(const CompiledRule& rule, const WriteEvent& write, StepTargets& targets) {
    RuleTargets named = TargetsOf(rule, relationships_, write);
    const absl::string_view name = rule.rule.name;
    for (RuleTargets::FromTemplate& rendered : named.templates) {
      targets.AddAll(std::move(rendered.tags), CauseStep::kRule, name);
    }
    for (Hop& hop : named.attached) targets.AddAll(std::move(hop.tags), CauseStep::kRule, name);
    for (Hop& hop : named.cascade) targets.AddAll(std::move(hop.tags), CauseStep::kCascade, name);
    if (rule.pattern.has_value()) targets.AddPattern(*rule.pattern, name);
    return targets.EndWrite();
  }

  void AddStep(const Rule* rule, StepTargets targets) {
    std::vector<PlannedTarget> in_order = std::move(targets).InOrder();
    if (in_order.empty()) return;
    const Strategy strategy = rule == nullptr ? Strategy::kImmediate : rule->strategy;
    plan_.steps.push_back({rule, strategy, std::move(in_order)});
  }

  const RuleSet& rules_;
  const RelationshipSet& relationships_;
  Plan plan_;
  StepTargets direct_;
  StepTargets related_;
  std::vector<FiredRule> fired_;
  absl::flat_hash_map<const CompiledRule*, size_t> index_;
};

}  // namespace

Plan PlanWrites(const RuleSet& rules, const RelationshipSet& relationships,
                absl::Span<const WriteEvent> writes) {
  Planner planner(rules, relationships);
  for (const WriteEvent& write : writes) planner.Add(write);
  return planner.Finish();
}

CascadePlan PlanCascade(const RelationshipSet& relationships,
                        absl::Span<const absl::string_view> tags) {
  StepTargets targets = {};
  for (Hop& hop : ExpandTypes(relationships, TypesOf({tags.begin(), tags.end()}))) {
    targets.AddAll(std::move(hop.tags), CauseStep::kCascade, "");
  }
  CascadePlan plan;
  plan.widened = targets.EndWrite();
  plan.targets = std::move(targets).InOrder();
  return plan;
}

}  // namespace cache_invalidation::engine
