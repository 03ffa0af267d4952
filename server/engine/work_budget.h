// WorkBudget: what one command may still make and do.

#ifndef CACHE_INVALIDATION_SERVER_ENGINE_WORK_BUDGET_H_
#define CACHE_INVALIDATION_SERVER_ENGINE_WORK_BUDGET_H_

#include <algorithm>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "common/limits.h"
#include "common/pattern.h"
#include "server/engine/limits.h"

namespace cache_invalidation::engine {

// How many keys may still be matched against patterns. Thread-compatible.
class MatchBudget {
 public:
  explicit MatchBudget(uint64_t matches) : left_(matches) {}

  // False, from then on always, once more was asked for than there is. Long keys count several
  // times.
  bool Take(absl::string_view key) { return TakeUnits(1 + key.size() / kBytesPerPatternMatch); }

  // Whether the pattern matches the key, or nobody may look any more. What shows at the beginning
  // of the key costs nothing.
  bool MayMatch(const Pattern& pattern, absl::string_view key) {
    if (!pattern.MayMatchPrefix(key)) return false;
    return !Take(key) || pattern.Matches(key);
  }

 private:
  bool TakeUnits(uint64_t units) {
    const bool enough = units <= left_;
    left_ = enough ? left_ - units : 0;
    return enough;
  }

  uint64_t left_;
};

// A bound on the work of one command, whatever it and the declarations that it meets make of each
// other. It is asked before something is made, and what it answers depends on nothing but what was
// asked before, so that a command does the same on every machine.
//
// Thread-compatible.
class WorkBudget {
 public:
  explicit WorkBudget(const Limits& limits = {})
      : tags_(limits.expanded_tags),
        bytes_(limits.expanded_bytes),
        steps_(limits.planning_steps),
        condition_cost_(limits.condition_cost),
        matches_(limits.pattern_matches) {}

  // Tags that are to be made of templates. False, from then on always, once there are too many:
  // then the tags above are to stand for them.
  bool Expand(uint64_t tags, uint64_t bytes) {
    coarse_ |= tags > tags_ || bytes > bytes_;
    if (coarse_) return false;
    tags_ -= tags;
    bytes_ -= bytes;
    return true;
  }
  bool is_coarse() const { return coarse_; }

  // Steps of planning, kMaxPlanningSteps says what they are. Once they are spent, nobody is to go
  // on: the command invalidates everything.
  void Step(uint64_t steps = 1) {
    spent_ |= steps > steps_;
    steps_ -= std::min(steps, steps_);
  }
  bool is_spent() const { return spent_; }

  // Units that conditions may still cost. With none left they are in doubt.
  uint64_t condition_cost() const { return condition_cost_; }
  void SpendOnCondition(uint64_t cost) { condition_cost_ -= std::min(cost, condition_cost_); }

  // What its patterns may be matched against.
  MatchBudget& matches() { return matches_; }

 private:
  uint64_t tags_;
  uint64_t bytes_;
  uint64_t steps_;
  uint64_t condition_cost_;
  MatchBudget matches_;
  bool coarse_ = false;
  bool spent_ = false;
};

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_WORK_BUDGET_H_
