// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "server/engine/command.h"
#include "server/engine/explained_hits.h"
#include "server/engine/explained_targets.h"
#include "server/engine/result.h"
#include "server/engine/rule_set.h"
#include "server/engine/tag_template.h"
#include "server/engine/tag_values.h"
#include "server/engine/work_budget.h"
#include "server/engine/write_targets.h"

namespace cache_invalidation::engine {
namespace {

// Levels of nodes; the root is 1.
constexpr uint32_t kStepLevel = 2;

std::string Describe(const Relationship& relationship) {
  return absl::StrCat(CardinalityName(relationship.cardinality), " from ", relationship.source_type,
                      " to ", absl::StrJoin(relationship.target_types, ", "), ", depth ",
                      relationship.cascade_depth);
}

absl::string_view ReasonOf(DirectTag::Of of) {
  constexpr absl::string_view kReasons[] = {
      "no id: the write concerns the whole type", "the written resource",
      "the written resource, its id escaped", "lists, counts and searches over the type",
      "given by the writer"};
  static_assert(std::size(kReasons) == static_cast<size_t>(DirectTag::Of::kWriter) + 1);
  return kReasons[static_cast<size_t>(of)];
}

bool IsTarget(const ExplanationNode& node) {
  return node.kind == ExplanationKind::kTag || node.kind == ExplanationKind::kPattern;
}

bool HasApplyingTarget(const ExplanationNode& node) {
  if (IsTarget(node)) return node.applies;
  return std::any_of(node.children.begin(), node.children.end(), HasApplyingTarget);
}

void MarkAll(ExplanationNode& node) {
  node.applies = false;
  for (ExplanationNode& child : node.children) MarkAll(child);
}

// Marks what the step would have applied as not applied.
void MarkNotApplied(ExplanationNode& step) {
  step.applies = false;
  const auto idle = [](const ExplanationNode& child) { return !HasApplyingTarget(child); };
  step.children.erase(std::remove_if(step.children.begin(), step.children.end(), idle),
                      step.children.end());
  for (ExplanationNode& child : step.children) {
    if (IsTarget(child)) {
      MarkAll(child);
    } else {
      MarkNotApplied(child);
    }
  }
}

// See ExplainSteps. Single use.
class ExplainedWrite {
 public:
  ExplainedWrite(const RuleSet& rules, const RelationshipSet& relationships,
                 const WriteEvent& write, WorkBudget& budget, ExplainedTargets& targets,
                 ExplanationLimits& limits)
      : rules_(rules),
        relationships_(relationships),
        write_(write),
        budget_(budget),
        values_(write, budget),
        targets_(targets),
        limits_(limits) {}

  ExplanationNode Explain() {
    const std::vector<DirectTag> direct = DirectTags(write_);
    ExplanationNode root =
        NodeOf(ExplanationKind::kWrite, direct[0].tag.name, std::string(write_.operation));
    AddDirect(direct, root);
    const HopTree hops(ExpandWrite(relationships_, values_, SpentHops::kInclude));
    for (const int32_t first : hops.first) AddHop(hops, first, Strategy::kImmediate, root, 1);
    for (const RuleSet::Match& match : MatchingRules(rules_, write_, direct, budget_)) {
      AddRule(match, root);
    }
    return root;
  }

 private:
  using Fill = absl::FunctionRef<void(ExplanationNode&)>;

  // An expansion with the children of each hop.
  struct HopTree {
    explicit HopTree(Expansion expansion) : hops(std::move(expansion)), below(hops.size()) {
      for (size_t i = 0; i < hops.size(); ++i) {
        std::vector<int32_t>& siblings =
            hops[i].parent == Hop::kStart ? first : below[hops[i].parent];
        siblings.push_back(static_cast<int32_t>(i));
      }
    }

    const std::string& SourceType(int32_t hop) const {
      return hops[hop].via->relationship.source_type;
    }

    const Expansion hops;
    std::vector<int32_t> first;
    std::vector<std::vector<int32_t>> below;
  };

  void AddDirect(const std::vector<DirectTag>& direct, ExplanationNode& root) {
    AddStep(NodeOf(ExplanationKind::kDirect, "", ""), root, [&](ExplanationNode& node) {
      for (const DirectTag& named : direct) {
        ExplanationNode tag =
            NodeOf(ExplanationKind::kTag, named.tag.name, std::string(ReasonOf(named.of)));
        tag.widened = named.tag.widened();
        AddTarget(std::move(tag), nullptr, Strategy::kImmediate, node, kStepLevel + 1);
      }
    });
  }

  void AddRule(const RuleSet::Match& match, ExplanationNode& root) {
    const Rule& rule = match.rule->rule;
    const ConditionVerdict verdict = JudgeCondition(*match.rule, write_, budget_);
    const bool fires = rule.enabled && verdict.holds;
    ExplanationNode step = NodeOf(
        ExplanationKind::kRule, rule.name,
        absl::StrCat(rule.enabled ? "" : "not enabled; ",
                     verdict.holds ? "" : "condition is false; ", "trigger ", match.trigger));
    step.batched = rule.strategy == Strategy::kBatched;
    step.lazy = rule.strategy == Strategy::kLazy;
    step.applies = fires;
    AddStep(std::move(step), root, [&](ExplanationNode& node) {
      // What a rule that does not fire would have named matters only for a key that it would have
      // hit.
      if (fires || !targets_.KeepsOtherSteps()) FillRule(*match.rule, node);
      if (!fires) MarkNotApplied(node);
      if (!node.children.empty() || targets_.KeepsOtherSteps()) {
        AddCondition(*match.rule, verdict, node);
      }
    });
  }

  void FillRule(const CompiledRule& rule, ExplanationNode& node) {
    const Strategy strategy = rule.rule.strategy;
    RuleTargets named = TargetsOf(rule, relationships_, values_, SpentHops::kInclude);
    for (RuleTargets::FromTemplate& rendered : named.templates) {
      std::string text = rendered.from->is_literal() ? "" : std::string(rendered.from->text());
      AddTags(std::move(rendered.tags), rendered.from, std::move(text), strategy, node,
              kStepLevel + 1);
    }
    if (rule.pattern.has_value()) {
      AddTarget(NodeOf(ExplanationKind::kPattern, rule.pattern->expression(), ""), &*rule.pattern,
                strategy, node, kStepLevel + 1);
    }
    const HopTree attached(std::move(named.attached));
    for (const int32_t first : attached.first) AddHop(attached, first, strategy, node, kStepLevel);
    AddCascade(HopTree(std::move(named.cascade)), strategy, node);
  }

  // The condition with the value of each part; precedes what the rule names.
  void AddCondition(const CompiledRule& rule, const ConditionVerdict& verdict,
                    ExplanationNode& node) {
    if (!rule.condition.has_value() || !limits_.Take(node)) return;
    std::string reason = verdict.holds ? "true" : "false";
    if (verdict.failed()) {
      reason = absl::StrCat("counts as true: ", verdict.failure.message());
    }
    ExplanationNode whole =
        NodeOf(ExplanationKind::kCondition, rule.rule.condition, std::move(reason));
    whole.applies = verdict.holds;
    if (rule.condition->ok() && !write_.resource_id.empty() && budget_.condition_cost() > 0) {
      budget_.SpendOnCondition(verdict.cost);
      for (const Condition::Step& part : (*rule.condition)->Trace(write_)) {
        if (part.depth == 0 || !limits_.Take(whole)) continue;
        const size_t length = part.source.end - part.source.begin;
        whole.children.push_back(NodeOf(
            ExplanationKind::kCondition,
            absl::string_view(rule.rule.condition).substr(part.source.begin, length), part.value));
      }
    }
    node.children.insert(node.children.begin(), std::move(whole));
  }

  void AddCascade(const HopTree& hops, Strategy strategy, ExplanationNode& rule) {
    // First hops of one type are adjacent.
    for (size_t begin = 0, end = 0; begin < hops.first.size(); begin = end) {
      const std::string& type = hops.SourceType(hops.first[begin]);
      while (end < hops.first.size() && hops.SourceType(hops.first[end]) == type) ++end;
      AddStep(NodeOf(ExplanationKind::kCascade, type, "the type of a target"), rule,
              [&](ExplanationNode& node) {
                for (size_t i = begin; i < end; ++i) {
                  AddHop(hops, hops.first[i], strategy, node, kStepLevel + 1);
                }
              });
    }
  }

  // Adds a hop and its descendants below a node at `level`.
  void AddHop(const HopTree& hops, int32_t index, Strategy strategy, ExplanationNode& node,
              uint32_t level) {
    const Hop& hop = hops.hops[index];
    const Relationship& relationship = hop.via->relationship;
    ExplanationNode step =
        NodeOf(ExplanationKind::kRelationship, relationship.name,
               absl::StrCat(hop.taken ? "" : "depth spent; ", Describe(relationship)));
    step.applies = hop.taken;
    step.depth_left = hop.depth_left;
    step.batched = strategy == Strategy::kBatched;
    step.lazy = strategy == Strategy::kLazy;
    AddStep(std::move(step), node, [&](ExplanationNode& taken) {
      if (!hop.taken) {
        FillSpentHop(*hop.via, taken, level + 1);
        return;
      }
      const TagTemplate* from = hop.via->tag_template ? &*hop.via->tag_template : nullptr;
      AddTags(hop.tags, from, from == nullptr ? "the type tag" : std::string(from->text()),
              strategy, taken, level + 2);
      for (const int32_t next : hops.below[index]) AddHop(hops, next, strategy, taken, level + 1);
    });
  }

  // Adds the tags that a hop which was not taken would have named, or tags above them. The node is
  // at `level`.
  void FillSpentHop(const CompiledRelationship& via, ExplanationNode& node, uint32_t level) {
    if (targets_.KeepsOtherSteps()) return;
    std::vector<RenderedTag> tags;
    if (via.tag_template.has_value()) {
      tags.push_back({std::string(via.tag_template->literal_tag())});
    } else {
      for (const std::string& type : via.relationship.target_types) tags.push_back({type});
    }
    AddTags(std::move(tags), nullptr, "", Strategy::kImmediate, node, level + 1);
    MarkNotApplied(node);
  }

  // Adds each distinct tag, by name. `from`: null for tags without a template. `otherwise`: the
  // reason for tags that are not widened.
  void AddTags(std::vector<RenderedTag> tags, const TagTemplate* from, std::string otherwise,
               Strategy strategy, ExplanationNode& node, uint32_t level) {
    std::sort(tags.begin(), tags.end(), [](const RenderedTag& a, const RenderedTag& b) {
      return a.name != b.name ? a.name < b.name : a.why < b.why;
    });
    for (size_t i = 0; i < tags.size(); ++i) {
      if (i > 0 && tags[i].name == tags[i - 1].name && tags[i].why == tags[i - 1].why) continue;
      const bool widened = tags[i].widened();
      ExplanationNode target =
          NodeOf(ExplanationKind::kTag, tags[i].name,
                 widened && from != nullptr ? DescribeWidening(*from, tags[i]) : otherwise);
      target.widened = widened;
      AddTarget(std::move(target), nullptr, strategy, node, level);
    }
  }

  void AddTarget(ExplanationNode target, const Pattern* pattern, Strategy strategy,
                 ExplanationNode& node, uint32_t level) {
    if (!limits_.Take(node)) return;
    target.batched = strategy == Strategy::kBatched;
    target.lazy = strategy == Strategy::kLazy;
    if (targets_.Explain(target, pattern, level)) {
      node.children.push_back(std::move(target));
    } else {
      limits_.GiveBack();
    }
  }

  // Adds a step if it has a target that belongs in the explanation, or if all steps are wanted.
  void AddStep(ExplanationNode step, ExplanationNode& parent, Fill fill) {
    if (!limits_.Take(parent)) return;
    fill(step);
    const bool empty = step.children.empty() && step.children_left_out == 0;
    if (empty && !targets_.KeepsOtherSteps()) {
      limits_.GiveBack();
    } else {
      parent.children.push_back(std::move(step));
    }
  }

  const RuleSet& rules_;
  const RelationshipSet& relationships_;
  const WriteEvent& write_;
  WorkBudget& budget_;
  WriteValues values_;
  ExplainedTargets& targets_;
  ExplanationLimits& limits_;
};

}  // namespace

ExplanationNode ExplainSteps(const RuleSet& rules, const RelationshipSet& relationships,
                             const WriteEvent& write, WorkBudget& budget, ExplainedTargets& targets,
                             ExplanationLimits& limits) {
  return ExplainedWrite(rules, relationships, write, budget, targets, limits).Explain();
}

}  // namespace cache_invalidation::engine
