// SPDX-License-Identifier: Apache-2.0

// The planner: derives the tags and patterns to invalidate from writes or explicit calls, step by
// step and with their causes. It uses rules and relationships; dependents of the targets are found
// by the closure (closure.h).

#ifndef CACHE_INVALIDATION_SERVER_ENGINE_PLANNER_H_
#define CACHE_INVALIDATION_SERVER_ENGINE_PLANNER_H_

#include <cstdint>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/pattern.h"
#include "server/engine/command.h"
#include "server/engine/event.h"
#include "server/engine/model.h"
#include "server/engine/rule_set.h"
#include "server/engine/tag_template.h"
#include "server/engine/work_budget.h"

namespace cache_invalidation::engine {

// One target and one reason for it.
struct PlannedTarget {
  TargetKind target = TargetKind::kTag;
  absl::string_view name;            // points into the step, the rule or the command
  Cause cause;                       // its name points into the rule or relationship
  const Pattern* pattern = nullptr;  // of the rule, for kPattern
};

// One step of an event: the direct tags, the relationships, or one rule.
struct PlannedStep {
  const Rule* rule = nullptr;  // null: direct tags or relationships
  Strategy strategy = Strategy::kImmediate;
  // By type, name and cause, each combination once: a target with several causes is repeated in
  // consecutive elements.
  std::vector<PlannedTarget> targets;
  // The tags that were made for it. Moving the step moves none of them.
  absl::InlinedVector<std::vector<RenderedTag>, 2> tags = {};
};

// A rule that fired, with one firing per write that triggered it.
struct Firing {
  const Rule* rule = nullptr;
  uint64_t times = 0;
  // How many of these only because the condition could not be evaluated.
  uint64_t condition_errors = 0;
};

// What a command's writes invalidate. Valid until rules or relationships change.
struct Plan {
  // In the order of the event: direct tags, relationships, then the rules that fired in running
  // order. Steps without targets are omitted.
  std::vector<PlannedStep> steps;
  std::vector<Firing> fired;  // in running order
  // Relationships that named something for a write, counted once per relationship and write.
  uint64_t relationship_expansions = 0;
  // Widened tags: the distinct ones per write and step.
  uint64_t widened = 0;
  // The work limit was exceeded: everything is to be invalidated, which counts as widened once, and
  // `steps` is empty. `fired` has the rules that fired until then.
  bool everything = false;
};

// Plans writes that are one command. A write that triggers no rule and no relationship costs its
// own tags and a look-up for each of them; its context is not read. All other work is charged to
// the budget. Once that is coarse, further writes of a rule together add, once, the targets that
// cover any write.
Plan PlanWrites(const RuleSet& rules, const RelationshipSet& relationships,
                absl::Span<const WriteEvent> writes, WorkBudget& budget);

// What strategy CASCADE adds to explicitly invalidated tags: the targets of the relationships of
// their types (the first segment of each tag).
struct CascadePlan {
  PlannedStep step;      // the causes are kCascade without a name
  uint64_t widened = 0;  // distinct widened tags
};
CascadePlan PlanCascade(const RelationshipSet& relationships,
                        absl::Span<const absl::string_view> tags, WorkBudget& budget);

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_PLANNER_H_
