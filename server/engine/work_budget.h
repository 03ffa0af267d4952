// WorkBudget: what one command may still make and do.

#ifndef CACHE_INVALIDATION_SERVER_ENGINE_WORK_BUDGET_H_
#define CACHE_INVALIDATION_SERVER_ENGINE_WORK_BUDGET_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "common/limits.h"
#include "common/pattern.h"

namespace cache_invalidation::engine {

// A bound on the work of one command, whatever it and the declarations that it meets make of each
// other. All kinds of work share it. It is asked before something is made, and what it answers
// depends on nothing but what was asked before, so that a command does the same on every machine.
//
// Thread-compatible.
class WorkBudget {
 public:
  // Steps as kMaxStepsPerCommand has them, and bytes of the tags that templates make.
  explicit WorkBudget(uint64_t steps = kMaxStepsPerCommand, uint64_t bytes = kMaxExpandedBytes)
      : steps_(steps), reserve_(steps / 2), bytes_(bytes) {}

  // Once the steps are spent nobody is to go on: the command invalidates everything.
  void Step(uint64_t steps = 1) {
    spent_ |= steps > steps_;
    steps_ -= std::min(steps, steps_);
  }
  bool is_spent() const { return spent_; }

  // Tags that are to be made of templates. False, from then on always, once there are too many:
  // then the tags above are to stand for them.
  bool Expand(uint64_t tags, uint64_t bytes) {
    // No overflow: a template makes fewer than 2^50.
    coarse_ = is_coarse() || tags * kStepsPerTag > steps_ - reserve_ || bytes > bytes_;
    if (coarse_) return false;
    Step(tags * kStepsPerTag);
    bytes_ -= bytes;
    return true;
  }
  bool is_coarse() const { return coarse_ || steps_ <= reserve_; }

  // Units that conditions may still cost. With none left they are in doubt.
  uint64_t condition_cost() const {
    return is_coarse() ? 0 : (steps_ - reserve_) * kConditionCostPerStep;
  }
  void SpendOnCondition(uint64_t cost) { Step(1 + cost / kConditionCostPerStep); }

  // False, from then on always, once the pattern may not be matched against the key any more.
  bool Match(const Pattern& pattern, absl::string_view key) {
    Step(pattern.MatchSteps(key.size()));
    return !spent_;
  }
  // Whether the pattern matches the key, or nobody may look any more. Where the beginning of the
  // key says that it does not, having looked at the pattern is all that counts.
  bool MayMatch(const Pattern& pattern, absl::string_view key) {
    if (!pattern.MayMatchPrefix(key)) return false;
    return !Match(pattern, key) || pattern.Matches(key);
  }
  // False, from then on always, once that many patterns may not be looked at any more.
  bool LookAtPatterns(size_t patterns) {
    Step(patterns / kPatternsPerStep);
    return !spent_;
  }

  uint64_t steps_left() const { return steps_; }

 private:
  uint64_t steps_;
  uint64_t reserve_;  // of them, for what is done coarsely
  uint64_t bytes_;
  bool coarse_ = false;
  bool spent_ = false;
};

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_WORK_BUDGET_H_
