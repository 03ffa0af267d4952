#ifndef CACHE_INVALIDATION_TESTS_CACHE_EXPLORER_H_
#define CACHE_INVALIDATION_TESTS_CACHE_EXPLORER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace cache_invalidation::interleaving {

// One of the orders in which things can happen: answers each choice that comes up in a run.
class Schedule {
 public:
  // Which of `count` possibilities is taken; 0 where this schedule says nothing yet.
  size_t Choose(size_t count);

  // Moves on to the next schedule in depth-first order; false after the last.
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

// Something that takes steps; between two of them, others may take theirs.
class Actor {
 public:
  virtual ~Actor() = default;

  // Whether it has a step to take, and can take it now.
  virtual bool IsReady() const = 0;
  virtual void Step() = 0;
};

// Lets actors take their steps in the order of the schedule until none is ready. An actor that
// could go on is held up at most `max_preemptions` times in all: few are enough for most bugs, and
// they keep the number of orders in bounds.
void RunInterleaved(const std::vector<Actor*>& actors, int max_preemptions, Schedule& schedule);

struct Exploration {
  uint64_t interleavings = 0;
  bool is_complete = false;
  std::string failure = {};  // the first, with its schedule
};

// Runs `run` with one schedule after the other, until it answers a failure, until there is no
// further schedule, or until `limit`.
Exploration Explore(uint64_t limit, const std::function<std::string(Schedule&)>& run);

}  // namespace cache_invalidation::interleaving

#endif  // CACHE_INVALIDATION_TESTS_CACHE_EXPLORER_H_
