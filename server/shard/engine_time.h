#ifndef CACHE_INVALIDATION_SERVER_SHARD_ENGINE_TIME_H_
#define CACHE_INVALIDATION_SERVER_SHARD_ENGINE_TIME_H_

#include <algorithm>

#include "absl/time/time.h"
#include "common/clock.h"

namespace cache_invalidation::shard {

// The time that travels in commands. Engines ask no clock: the time of a namespace is that of its
// last command, and what a start reads from the store does not depend on when it reads. Whoever
// gives out commands says with each how late it is; here that is the last time that was recorded,
// or the wall clock at the start of the server if that is later, plus the monotonic time since.
//
// So it never goes back, whatever becomes of the wall clock, and what passes while no server runs
// counts: a TTL ends when it was to end. A wall clock that is behind at a start lets nothing pass;
// one that is ahead ends what has a TTL too early, which costs misses (see docs/adr/0015).
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

  // Engine time when Clock::Monotonic stands there.
  absl::Time At(absl::Duration monotonic) const { return start_ + (monotonic - monotonic_start_); }

  // When Clock::Monotonic stands at that engine time.
  absl::Duration MonotonicAt(absl::Time time) const { return monotonic_start_ + (time - start_); }

 private:
  const Clock& clock_;
  const absl::Time start_;
  const absl::Duration monotonic_start_;
};

}  // namespace cache_invalidation::shard

#endif  // CACHE_INVALIDATION_SERVER_SHARD_ENGINE_TIME_H_
