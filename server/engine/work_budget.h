// SPDX-License-Identifier: Apache-2.0

// WorkBudget: the work that one command may still do.

#ifndef CACHE_INVALIDATION_SERVER_ENGINE_WORK_BUDGET_H_
#define CACHE_INVALIDATION_SERVER_ENGINE_WORK_BUDGET_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "common/limits.h"
#include "common/pattern.h"
#include "server/engine/limits.h"

namespace cache_invalidation::engine {

// A tag that a write or a template names, including its place in the event: about a microsecond.
inline constexpr uint64_t kStepsPerTag = 10;
// Patterns per step that the beginning of a key rules out: some nanoseconds each.
inline constexpr uint64_t kPatternsPerStep = 16;
// Units of conditions (common/condition/limits.h) per step.
inline constexpr uint64_t kConditionCostPerStep = 8;

// Bounds the work of one command, whatever its writes and declarations are. All kinds of work share
// the budget. It is charged before the work is done, and its results depend only on the sequence of
// charges, so a command behaves the same on every machine.
//
// Thread-compatible.
class WorkBudget {
 public:
  // `steps`: in the unit of kMaxStepsPerCommand. `bytes`: of the tags that templates make.
  explicit WorkBudget(uint64_t steps = kMaxStepsPerCommand, uint64_t bytes = kMaxExpandedBytes)
      : steps_(steps), reserve_(steps / 2), bytes_(bytes) {}

  // Once the steps are spent, the work stops and the command invalidates everything.
  void Step(uint64_t steps = 1) {
    spent_ |= steps > steps_;
    steps_ -= std::min(steps, steps_);
  }
  bool is_spent() const { return spent_; }

  // Charges tags to be made from templates. Returns false, from then on always, if there are too
  // many: the caller then uses the tags above them.
  bool Expand(uint64_t tags, uint64_t bytes) {
    // No overflow: a template makes fewer than 2^50.
    coarse_ = is_coarse() || tags * kStepsPerTag > steps_ - reserve_ || bytes > bytes_;
    if (coarse_) return false;
    Step(tags * kStepsPerTag);
    bytes_ -= bytes;
    return true;
  }
  bool is_coarse() const { return coarse_ || steps_ <= reserve_; }

  // The condition cost, in units, that is left. With 0 a condition cannot be evaluated.
  uint64_t condition_cost() const {
    return is_coarse() ? 0 : (steps_ - reserve_) * kConditionCostPerStep;
  }
  void SpendOnCondition(uint64_t cost) { Step(1 + cost / kConditionCostPerStep); }

  // Charges a match. Returns false, from then on always, once the budget is spent.
  bool Match(const Pattern& pattern, absl::string_view key) {
    Step(pattern.MatchSteps(key.size()));
    return !spent_;
  }
  // Whether the pattern matches the key; true as well once the budget is spent. A key whose prefix
  // rules out a match costs nothing here (see LookAtPatterns).
  bool MayMatch(const Pattern& pattern, absl::string_view key) {
    if (!pattern.MayMatchPrefix(key)) return false;
    return !Match(pattern, key) || pattern.Matches(key);
  }
  // Charges looking at that many patterns. Returns false, from then on always, once the budget is
  // spent.
  bool LookAtPatterns(size_t patterns) {
    Step(patterns / kPatternsPerStep);
    return !spent_;
  }

  uint64_t steps_left() const { return steps_; }

 private:
  uint64_t steps_;
  uint64_t reserve_;  // the share of steps_ that is kept for coarse work
  uint64_t bytes_;
  bool coarse_ = false;
  bool spent_ = false;
};

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_WORK_BUDGET_H_
