// The one file that reads real time (tests/repo/tidy_test keeps it so).

#include "common/real_clock.h"

#include <ctime>

#include <algorithm>

#include "absl/time/clock.h"

namespace cache_invalidation {
namespace {

// A wait of centuries overflows inside the standard library; an early wake is allowed.
constexpr absl::Duration kLongestWait = absl::Hours(24);

}  // namespace

absl::Time RealClock::Now() const { return absl::Now(); }

absl::Duration RealClock::Monotonic() const {
  // Not CLOCK_MONOTONIC, which stands still during suspend: a lease must run out then.
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return absl::DurationFromTimespec(now);
}

bool RealClock::WaitUntil(Mutex& mutex, CondVar& condition, absl::Duration deadline) {
  const absl::Duration left = deadline - Monotonic();
  if (left <= absl::ZeroDuration()) {
    return true;
  }
  condition.WaitFor(mutex, absl::ToChronoNanoseconds(std::min(left, kLongestWait)));
  return Monotonic() >= deadline;
}

}  // namespace cache_invalidation
