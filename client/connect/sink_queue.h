// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_CONNECT_SINK_QUEUE_H_
#define CACHE_INVALIDATION_CLIENT_CONNECT_SINK_QUEUE_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "client/connect/sink_targets.h"
#include "client/position.h"

namespace cache_invalidation::connect {

struct SinkQueueOptions {
  // What was dropped is dropped again after each of these times since the first, ascending: what
  // was loaded before the write may be stored after it. As long as the slowest load takes.
  std::vector<absl::Duration> again_after = {absl::Seconds(2), absl::Seconds(30)};

  // More targets that wait, or that will be dropped again, become everything.
  size_t max_targets = 1'000'000;

  // Names types in place of what is below them. If there is such a function, it is applied first.
  void (*widen_to_types)(SinkTargets&) = nullptr;

  // Of one batch.
  size_t max_batch_bytes = 1 << 20;
};

// What a sink has heard and has not dropped for the last time. Targets merge while they wait. What
// is new goes first; but what is due again has every second turn, however much is new.
//
// A position is reached when everything before it was dropped for the last time: a cache that goes
// back to an earlier state has its position from before whatever came back with it.
//
// Pure, thread-compatible. Times are of Clock::Monotonic.
class SinkQueue {
 public:
  // What to drop now; can be nothing but a position.
  struct Batch {
    SinkTargets targets = {};
    // What is reached with it; nothing if it, or something before it, has to be dropped again.
    std::optional<client::Position> position = {};

    // Of the queue.
    std::optional<client::Position> last = {};
    size_t step = 0;
    uint64_t resets = 0;
  };

  // `reached`: what was reached by an earlier queue.
  explicit SinkQueue(SinkQueueOptions options, std::optional<client::Position> reached = {});

  // Adds what the events after the last position, up to this one, drop. It can be nothing.
  void Add(SinkTargets targets, client::Position position);

  // What was added before belongs to another history, or events are missing: everything, up to
  // `position`.
  void Reset(client::Position position);

  // Returns what to drop, at most `max_names`; nothing if it is too early, or there is nothing.
  // Each batch ends with one of the calls below.
  std::optional<Batch> Next(absl::Duration now, size_t max_names);
  void Dropped(Batch batch, absl::Duration now);
  void PutBack(Batch batch);
  // The cache refuses what it names: everything has to be dropped in its place.
  void Refused() { Widen(); }

  // When Next will return something, if nothing is added; absl::InfiniteDuration() if never.
  absl::Duration NextAt() const;

  // Everything up to it was dropped for the last time.
  const std::optional<client::Position>& reached() const { return reached_; }
  // The last one that was added.
  const std::optional<client::Position>& latest() const { return latest_; }
  // Targets that wait for the first time, and all.
  size_t new_size() const;
  size_t size() const { return size_; }
  // How often they were widened.
  uint64_t widened() const { return widened_; }

 private:
  struct Entry {
    SinkTargets targets;
    std::optional<client::Position> position;  // of the last event, if all of it is in here
    absl::Duration first_due;                  // of what was merged into it
    absl::Duration due;
    bool begun = false;  // a part of it was taken: nothing merges into it
  };

  // Appends to the entries of a step, or merges with the last of them.
  void Append(size_t step, Entry entry);
  void Bound();
  void Widen();
  std::optional<size_t> StepToTake(absl::Duration now) const;
  bool IsLastTime(const Batch& batch) const;

  const SinkQueueOptions options_;
  std::vector<std::deque<Entry>> steps_;  // [i]: dropped i times
  size_t size_ = 0;                       // of steps_
  bool took_new_ = false;                 // with the last Next
  uint64_t resets_ = 0;                   // how often everything replaced what waited
  uint64_t widened_ = 0;
  std::optional<client::Position> latest_;
  std::optional<client::Position> reached_;
};

// Returns a position as caches keep it: `epoch revision fingerprint`. The fingerprint is that of
// the options that decide what was dropped.
std::string FormatSinkPosition(const client::Position& position, absl::string_view fingerprint);

// Returns nothing for text of another form or with another fingerprint: what the cache holds is
// then as unknown as without a position.
std::optional<client::Position> ParseSinkPosition(absl::string_view text,
                                                  absl::string_view fingerprint);

}  // namespace cache_invalidation::connect

#endif  // CACHE_INVALIDATION_CLIENT_CONNECT_SINK_QUEUE_H_
