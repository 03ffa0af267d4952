// The planner: from what was written, or called for, to the tags and patterns that are invalidated,
// step by step and with their causes. It knows rules and relationships; who depends on a target is
// for the closure (closure.h) to find.

#ifndef CACHE_INVALIDATION_SERVER_ENGINE_PLANNER_H_
#define CACHE_INVALIDATION_SERVER_ENGINE_PLANNER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/pattern.h"
#include "server/engine/command.h"
#include "server/engine/event.h"
#include "server/engine/model.h"
#include "server/engine/relationship_set.h"
#include "server/engine/rule_set.h"
#include "server/engine/work_budget.h"

namespace cache_invalidation::engine {

// One target and one reason for it.
struct PlannedTarget {
  TargetType type = TargetType::kTag;
  std::string name;
  Cause cause;                       // its name points into the rule or relationship
  const Pattern* pattern = nullptr;  // of the rule, for kPattern
};

// What stands together in an event: the direct tags, the relationships, or one rule.
struct PlannedStep {
  const Rule* rule = nullptr;  // null: direct tags or relationships
  Strategy strategy = Strategy::kImmediate;
  // By type, name and cause, each combination once: what has several causes stands several times in
  // a row.
  std::vector<PlannedTarget> targets;
};

// A rule that fired, once for each write that met it.
struct Firing {
  const Rule* rule = nullptr;
  uint64_t times = 0;
  // Of these, how often only because its condition could not be evaluated.
  uint64_t condition_errors = 0;
};

// What a command's writes name. Valid until rules or relationships change.
struct Plan {
  // In the order of the event: direct tags, relationships, then the rules that fired as they run.
  // A step without targets is left out.
  std::vector<PlannedStep> steps;
  std::vector<Firing> fired;  // as they run
  // Relationships that named something for a write, each counted once for each such write.
  uint64_t relationship_expansions = 0;
  // Tags that stand for something narrower: per write, and per step of it, the distinct ones.
  uint64_t widened = 0;
  // There was more to do than one command may: everything is to be invalidated, which counts as
  // widened once, and `steps` is empty. What fired until then is in `fired`.
  bool everything = false;
};

// Plans writes that are one command. A write that meets no rule and leads over no relationship
// costs its own tags and a look-up for each of them; its context is not looked at. All else is
// taken from the budget; once that is coarse, a rule's further writes add what covers any write,
// once.
Plan PlanWrites(const RuleSet& rules, const RelationshipSet& relationships,
                absl::Span<const WriteEvent> writes, WorkBudget& budget);

// What strategy CASCADE adds to tags that are called for by name: where the relationships of the
// types at their front lead.
struct CascadePlan {
  std::vector<PlannedTarget> targets;  // as in a step; the cause is kCascade without a name
  uint64_t widened = 0;                // distinct tags that stand for something narrower
};
CascadePlan PlanCascade(const RelationshipSet& relationships,
                        absl::Span<const absl::string_view> tags, WorkBudget& budget);

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_PLANNER_H_
