// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_CLIENT_EXPLORER_H_
#define CACHE_INVALIDATION_TESTS_CLIENT_EXPLORER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace cache_invalidation::interleaving {

// One order of events: gives the result of each choice that occurs in a run.
class Schedule {
 public:
  // Returns which of `count` alternatives to take; 0 beyond the end of this schedule.
  size_t Choose(size_t count);

  // Advances to the next schedule in depth-first order. Returns false after the last.
  bool Next();

  // The choices, for people and for `Replay`.
  std::string Text() const;
  static Schedule Parse(const std::string& text);

 private:
  struct Choice {
    size_t taken;
    size_t count;
  };

  std::vector<Choice> choices_;
  size_t next_ = 0;
};

// A participant that takes steps, between which others can take theirs.
class Actor {
 public:
  virtual ~Actor() = default;

  // Returns whether it has a step that it can take now.
  virtual bool IsReady() const = 0;
  virtual void Step() = 0;
};

// Runs the actors' steps in the order of the schedule until none is ready. An actor that is ready
// is preempted at most `max_preemptions` times in total: few preemptions suffice for most bugs and
// bound the number of orders.
void RunInterleaved(const std::vector<Actor*>& actors, int max_preemptions, Schedule& schedule);

struct Exploration {
  uint64_t interleavings = 0;
  bool is_complete = false;
  std::string failure = {};  // the first one, with its schedule
};

// Calls `run` with one schedule after another, until it returns a failure, no schedule is left, or
// `limit` is reached.
Exploration Explore(uint64_t limit, const std::function<std::string(Schedule&)>& run);

}  // namespace cache_invalidation::interleaving

#endif  // CACHE_INVALIDATION_TESTS_CLIENT_EXPLORER_H_
