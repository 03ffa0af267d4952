// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_SHARD_ENGINE_TIME_H_
#define CACHE_INVALIDATION_SERVER_SHARD_ENGINE_TIME_H_

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/clock.h"

namespace cache_invalidation::shard {

// The time that commands carry. Engines read no clock: the time of a namespace is that of its last
// command, so the state that a start reads from the store does not depend on when it is read. The
// time of a command is the last recorded time, or the wall clock at the start of the server if that
// is later, plus the monotonic time since the start.
//
// So it never decreases, whatever happens to the wall clock, and time without a running server
// counts: a TTL expires when it should. If the wall clock is behind at a start, no time has passed;
// if it is ahead, TTLs expire too early, which costs misses (see docs/adr/0015).
//
// Immutable, thread-safe.
class EngineTime {
 public:
  // The clock must outlive it.
  EngineTime(const Clock& clock, absl::Time last_recorded)
      : clock_(clock),
        start_(std::max(clock.Now(), last_recorded)),
        monotonic_start_(clock.Monotonic()) {}

  absl::Time Now() const { return At(clock_.Monotonic()); }

  // Engine time at that value of Clock::Monotonic.
  absl::Time At(absl::Duration monotonic) const { return start_ + (monotonic - monotonic_start_); }

  // The value of Clock::Monotonic at that engine time.
  absl::Duration MonotonicAt(absl::Time time) const { return monotonic_start_ + (time - start_); }

 private:
  const Clock& clock_;
  const absl::Time start_;
  const absl::Duration monotonic_start_;
};

// At most one deadline per namespace, ordered by time, then by name.
// Thread-compatible.
class DeadlineQueue {
 public:
  // Replaces the namespace's deadline; nullopt: none.
  void Set(absl::string_view name, std::optional<absl::Time> deadline) {
    const auto it = by_name_.find(name);
    if (it != by_name_.end()) {
      if (it->second == deadline) {
        return;
      }
      by_time_.erase({it->second, it->first});
      if (!deadline.has_value()) {
        by_name_.erase(it);
        return;
      }
      it->second = *deadline;
      by_time_.emplace(*deadline, it->first);
    } else if (deadline.has_value()) {
      const auto added = by_name_.emplace(std::string(name), *deadline).first;
      by_time_.emplace(*deadline, added->first);
    }
  }

  // absl::InfiniteFuture() if there is none.
  absl::Time earliest() const {
    return by_time_.empty() ? absl::InfiniteFuture() : by_time_.begin()->first;
  }

  // Removes and returns the first namespace whose deadline is at or before `now`.
  std::optional<std::string> PopDue(absl::Time now) {
    if (by_time_.empty() || by_time_.begin()->first > now) {
      return std::nullopt;
    }
    std::string name(by_time_.begin()->second);
    Set(name, std::nullopt);
    return name;
  }

 private:
  std::map<std::string, absl::Time, std::less<>> by_name_;
  // The views point into the keys of by_name_, which never move.
  std::set<std::pair<absl::Time, absl::string_view>> by_time_;
};

}  // namespace cache_invalidation::shard

#endif  // CACHE_INVALIDATION_SERVER_SHARD_ENGINE_TIME_H_
