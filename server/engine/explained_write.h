#ifndef CACHE_INVALIDATION_SERVER_ENGINE_EXPLAINED_WRITE_H_
#define CACHE_INVALIDATION_SERVER_ENGINE_EXPLAINED_WRITE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "server/engine/command.h"
#include "server/engine/expansion.h"
#include "server/engine/explained_targets.h"
#include "server/engine/explanation.h"
#include "server/engine/explanation_limits.h"
#include "server/engine/relationship_set.h"
#include "server/engine/rule_condition.h"
#include "server/engine/rule_set.h"
#include "server/engine/tag_template.h"
#include "server/engine/tag_values.h"
#include "server/engine/work_budget.h"
#include "server/engine/write_targets.h"

namespace cache_invalidation::engine {

// The steps of one write as a tree, made of the same pieces as its plan (write_targets.h): direct
// tags, relationships hop by hop, and every rule with a matching trigger. `targets` fills in what
// is below a target.
//
// Single use. Thread-compatible.
class ExplainedWrite {
 public:
  // All arguments must outlive the object.
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

  ExplanationNode Explain();

 private:
  using Fill = absl::FunctionRef<void(ExplanationNode&)>;

  // An expansion with the children of each hop.
  struct HopTree {
    explicit HopTree(Expansion expansion);

    const std::string& SourceType(int32_t hop) const {
      return hops[hop].via->relationship.source_type;
    }

    const Expansion hops;
    std::vector<int32_t> first;
    std::vector<std::vector<int32_t>> below;
  };

  void AddDirect(const std::vector<DirectTag>& direct, ExplanationNode& root);
  void AddRule(const RuleSet::Match& match, ExplanationNode& root);
  void FillRule(const CompiledRule& rule, ExplanationNode& node);
  // The condition with the value of each part; precedes what the rule names.
  void AddCondition(const CompiledRule& rule, const ConditionVerdict& verdict,
                    ExplanationNode& node);
  void AddCascade(const HopTree& hops, Strategy strategy, ExplanationNode& rule);

  // Adds a hop and its descendants below a node at `level`.
  void AddHop(const HopTree& hops, int32_t index, Strategy strategy, ExplanationNode& node,
              uint32_t level);
  // Adds the tags that a hop which was not taken would have named, or tags above them. The node is
  // at `level`.
  void FillSpentHop(const CompiledRelationship& via, ExplanationNode& node, uint32_t level);

  // Adds each distinct tag, by name. `from`: null for tags without a template. `otherwise`: the
  // reason for tags that are not widened.
  void AddTags(std::vector<RenderedTag> tags, const TagTemplate* from, std::string otherwise,
               Strategy strategy, ExplanationNode& node, uint32_t level);
  void AddTarget(ExplanationNode target, const Pattern* pattern, Strategy strategy,
                 ExplanationNode& node, uint32_t level);

  // Adds a step if it has a target that belongs in the explanation, or if all steps are wanted.
  void AddStep(ExplanationNode step, ExplanationNode& parent, Fill fill);

  const RuleSet& rules_;
  const RelationshipSet& relationships_;
  const WriteEvent& write_;
  WorkBudget& budget_;
  WriteValues values_;
  ExplainedTargets& targets_;
  ExplanationLimits& limits_;
};

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_EXPLAINED_WRITE_H_
