// SPDX-License-Identifier: Apache-2.0

#include "server/engine/planner.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/container/inlined_vector.h"
#include "server/engine/write_targets.h"

namespace cache_invalidation::engine {
namespace {

auto PlaceInStep(const PlannedTarget& target) {
  return std::make_tuple(target.target, target.name, target.cause.step, target.cause.name,
                         target.cause.widened);
}

// Collects the targets of one step over all writes of a command. A command can name tens of
// thousands: they stay where they were made until their number is known.
class StepTargets {
 public:
  void Add(std::vector<RenderedTag> tags, CauseStep step, absl::string_view cause) {
    if (tags.empty()) return;
    size_ += tags.size();
    for (const RenderedTag& tag : tags) any_widened_ |= tag.widened();
    named_.push_back({std::move(tags), step, cause});
  }

  // REQUIRES: it is called once at most.
  void AddPattern(const Pattern& pattern, absl::string_view cause) {
    pattern_ = &pattern;
    pattern_cause_ = cause;
  }

  // Ends one write's share. Returns the number of distinct tags it widened.
  uint64_t EndWrite() {
    uint64_t widened = 0;
    if (any_widened_) {
      absl::flat_hash_set<absl::string_view> names;
      for (size_t i = write_begins_; i < named_.size(); ++i) {
        for (const RenderedTag& tag : named_[i].tags) {
          if (tag.widened()) names.insert(tag.name);
        }
      }
      widened = names.size();
    }
    any_widened_ = false;
    write_begins_ = named_.size();
    return widened;
  }

  void MarkConditionFailed() { condition_failed_ = true; }

  // Without rule and strategy.
  PlannedStep InOrder() && {
    PlannedStep step;
    std::vector<PlannedTarget>& targets = step.targets;
    targets.reserve(size_ + (pattern_ != nullptr ? 1 : 0));
    for (Named& named : named_) {
      for (const RenderedTag& tag : named.tags) {
        const Cause cause = {named.step, named.cause, tag.widened(), condition_failed_};
        targets.push_back({TargetKind::kTag, tag.name, cause, nullptr});
      }
      step.tags.push_back(std::move(named.tags));
    }
    if (pattern_ != nullptr) {
      const Cause cause = {CauseStep::kRule, pattern_cause_, false, condition_failed_};
      targets.push_back({TargetKind::kPattern, pattern_->expression(), cause, pattern_});
    }
    std::sort(targets.begin(), targets.end(), [](const PlannedTarget& a, const PlannedTarget& b) {
      return PlaceInStep(a) < PlaceInStep(b);
    });
    const auto repeated = std::unique(targets.begin(), targets.end(),
                                      [](const PlannedTarget& a, const PlannedTarget& b) {
                                        return PlaceInStep(a) == PlaceInStep(b);
                                      });
    targets.erase(repeated, targets.end());
    return step;
  }

 private:
  // Tags with the same cause, but for what each of them widens.
  struct Named {
    std::vector<RenderedTag> tags;
    CauseStep step;
    absl::string_view cause;
  };

  absl::InlinedVector<Named, 2> named_;
  size_t size_ = 0;
  size_t write_begins_ = 0;
  bool any_widened_ = false;
  bool condition_failed_ = false;
  const Pattern* pattern_ = nullptr;
  absl::string_view pattern_cause_;
};

// A rule that fired, with its targets so far.
struct FiredRule {
  const CompiledRule* rule = nullptr;
  uint64_t times = 0;
  uint64_t condition_errors = 0;
  uint64_t widened_by_last = 0;
  // Its further targets do not depend on the write and have been added.
  bool is_settled = false;
  StepTargets targets = {};
};

// What the relationships of a type added for a write.
struct TypeExpansion {
  uint64_t taken = 0;
  uint64_t widened = 0;
  // None of them reads the write: they add the same for every write of the type.
  bool ignores_write = true;
};

class Planner {
 public:
  Planner(const RuleSet& rules, const RelationshipSet& relationships, WorkBudget& budget)
      : rules_(rules), relationships_(relationships), budget_(budget) {}

  void Add(const WriteEvent& write) {
    std::vector<DirectTag> direct = DirectTags(write);
    // Only *everything* is coarser than the tags that the writer names, so half of the budget does
    // not bound them as it bounds those of templates. They count twice instead.
    budget_.Step((direct.size() + write.tags.size()) * kStepsPerTag);
    const std::vector<RuleSet::Match> matches = MatchingRules(rules_, write, direct, budget_);
    WriteValues values(write, budget_);
    for (const RuleSet::Match& match : matches) {
      if (budget_.is_spent()) return;
      if (!match.rule->rule.enabled) continue;
      const ConditionVerdict verdict = JudgeCondition(*match.rule, write, budget_);
      if (verdict.holds) Fire(*match.rule, values, verdict.failed());
    }
    std::vector<RenderedTag> tags;
    tags.reserve(direct.size());
    for (DirectTag& named : direct) tags.push_back(std::move(named.tag));
    direct_.Add(std::move(tags), CauseStep::kDirect, "");
    plan_.widened += direct_.EndWrite();
    Expand(values);
  }

  Plan Finish() {
    plan_.everything = budget_.is_spent();
    if (plan_.everything) ++plan_.widened;
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
  void Expand(WriteValues& write) {
    const absl::string_view type = write.write().resource_type;
    const auto known = expanded_.find(type);
    const bool is_coarse = budget_.is_coarse();
    const TypeExpansion done = known != expanded_.end() ? known->second : AddExpansion(write);
    if (known == expanded_.end() && (is_coarse || done.ignores_write)) expanded_[type] = done;
    plan_.relationship_expansions += done.taken;
    plan_.widened += done.widened;
  }

  TypeExpansion AddExpansion(WriteValues& write) {
    TypeExpansion done;
    // A relationship may be taken several times, with different scopes.
    absl::flat_hash_set<const CompiledRelationship*> taken;
    for (Hop& hop : ExpandWrite(relationships_, write)) {
      const std::optional<TagTemplate>& form = hop.via->tag_template;
      done.ignores_write &= !form.has_value() || form->is_literal();
      if (!hop.tags.empty()) taken.insert(hop.via);
      related_.Add(std::move(hop.tags), CauseStep::kRelationship, hop.via->relationship.name);
    }
    done.taken = taken.size();
    done.widened = related_.EndWrite();
    return done;
  }

  void Fire(const CompiledRule& rule, WriteValues& write, bool condition_failed) {
    const auto [index, first] = index_.try_emplace(&rule, fired_.size());
    if (first) fired_.push_back({&rule});
    FiredRule& fired = fired_[index->second];
    if (!fired.is_settled) {
      fired.is_settled = rule.ignores_write || budget_.is_coarse();
      fired.widened_by_last = AddTargets(rule, write, first, fired.targets);
    }
    ++fired.times;
    if (condition_failed) ++fired.condition_errors;
    plan_.widened += fired.widened_by_last;
  }

  // Returns the number of widened tags.
  uint64_t AddTargets(const CompiledRule& rule, WriteValues& write, bool first,
                      StepTargets& targets) {
    RuleTargets named = TargetsOf(rule, relationships_, write);
    const absl::string_view name = rule.rule.name;
    for (RuleTargets::FromTemplate& rendered : named.templates) {
      if (!first && rendered.from->is_literal()) continue;
      targets.Add(std::move(rendered.tags), CauseStep::kRule, name);
    }
    for (Hop& hop : named.attached) targets.Add(std::move(hop.tags), CauseStep::kRule, name);
    for (Hop& hop : named.cascade) targets.Add(std::move(hop.tags), CauseStep::kCascade, name);
    if (first && rule.pattern.has_value()) targets.AddPattern(*rule.pattern, name);
    return targets.EndWrite();
  }

  void AddStep(const Rule* rule, StepTargets targets) {
    if (plan_.everything) return;
    PlannedStep step = std::move(targets).InOrder();
    if (step.targets.empty()) return;
    step.rule = rule;
    if (rule != nullptr) step.strategy = rule->strategy;
    plan_.steps.push_back(std::move(step));
  }

  const RuleSet& rules_;
  const RelationshipSet& relationships_;
  WorkBudget& budget_;
  Plan plan_;
  StepTargets direct_;
  StepTargets related_;
  std::vector<FiredRule> fired_;
  absl::flat_hash_map<const CompiledRule*, size_t> index_;
  absl::flat_hash_map<absl::string_view, TypeExpansion> expanded_;  // by type
};

}  // namespace

Plan PlanWrites(const RuleSet& rules, const RelationshipSet& relationships,
                absl::Span<const WriteEvent> writes, WorkBudget& budget) {
  Planner planner(rules, relationships, budget);
  for (const WriteEvent& write : writes) {
    if (budget.is_spent()) break;
    planner.Add(write);
  }
  return planner.Finish();
}

CascadePlan PlanCascade(const RelationshipSet& relationships,
                        absl::Span<const absl::string_view> tags, WorkBudget& budget) {
  StepTargets targets = {};
  for (Hop& hop : ExpandTypes(relationships, TypesOf({tags.begin(), tags.end()}), budget)) {
    targets.Add(std::move(hop.tags), CauseStep::kCascade, "");
  }
  CascadePlan plan;
  plan.widened = targets.EndWrite();
  plan.step = std::move(targets).InOrder();
  return plan;
}

}  // namespace cache_invalidation::engine
