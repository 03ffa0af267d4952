#ifndef CACHE_INVALIDATION_COMMON_REAL_CLOCK_H_
#define CACHE_INVALIDATION_COMMON_REAL_CLOCK_H_

#include "common/clock.h"

namespace cache_invalidation {

// The system clocks. Stateless: all instances agree. Thread-safe.
class RealClock final : public Clock {
 public:
  absl::Time Now() const override;
  absl::Duration Monotonic() const override;
  bool WaitUntil(Mutex& mutex, CondVar& condition, absl::Duration deadline) override
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex);
};

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_COMMON_REAL_CLOCK_H_
