#ifndef CACHE_INVALIDATION_CLIENT_CONNECT_REDIS_SINK_QUEUE_H_
#define CACHE_INVALIDATION_CLIENT_CONNECT_REDIS_SINK_QUEUE_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "absl/time/time.h"
#include "client/connect/redis/redis_targets.h"
#include "client/position.h"

namespace cache_invalidation::connect {

// What a sink has heard and has not dropped for the last time. Targets merge while they wait; more
// than `max_targets` in all become everything. Each is dropped once, and again after the times of
// `again_after`. A position is reached when everything before it was dropped for the last time: if
// Redis goes back to an earlier state, its position goes back to before whatever came back with it.
//
// Without threads and clock: time is an argument, as Clock::Monotonic counts. Thread-compatible.
class SinkQueue {
 public:
  // What to drop now.
  struct Batch {
    RedisTargets targets = {};
    // What is reached with it; nothing if it will be dropped again.
    std::optional<client::Position> position = {};

    // Of the queue.
    client::Position last = {};
    size_t step = 0;
    uint64_t resets = 0;
  };

  SinkQueue(std::vector<absl::Duration> again_after, size_t max_targets);

  // Adds an event. `position` is its own.
  void Add(RedisTargets targets, const client::Position& position);

  // What was added before belongs to another history, or events are missing: everything, up to
  // `position`.
  void Reset(const client::Position& position);

  // Returns what to drop; nothing if it is too early, or there is nothing.
  std::optional<Batch> Next(absl::Duration now);
  // A batch of Next was dropped.
  void Dropped(Batch batch, absl::Duration now);

  // When Next will return something, if nothing is added; absl::InfiniteDuration() if never.
  absl::Duration NextAt() const;

  // Targets that wait, for the first time or another.
  size_t size() const { return size_; }
  // How often they were widened to everything.
  uint64_t widened() const { return widened_; }

 private:
  struct Entry {
    RedisTargets targets;
    client::Position position;
    absl::Duration first_due;  // of what was merged into it
    absl::Duration due;
  };

  // Appends to the entries of a step, or merges with the last of them.
  void Append(size_t step, Entry entry);

  const std::vector<absl::Duration> again_after_;
  const size_t max_targets_;
  std::vector<std::deque<Entry>> steps_;  // [i]: dropped i times
  size_t size_ = 0;                       // of steps_
  uint64_t resets_ = 0;                   // how often everything replaced what waited
  uint64_t widened_ = 0;
};

}  // namespace cache_invalidation::connect

#endif  // CACHE_INVALIDATION_CLIENT_CONNECT_REDIS_SINK_QUEUE_H_
