// SPDX-License-Identifier: Apache-2.0

// The only file that reads real time (checked by tests/repo/tidy_test).

#include "common/clock.h"

#include <ctime>

#include <algorithm>

#include "absl/time/clock.h"

namespace cache_invalidation {
namespace {

// A wait of centuries overflows inside the standard library; an early wake-up is allowed.
constexpr absl::Duration kLongestWait = absl::Hours(24);

}  // namespace

absl::Time RealClock::Now() const { return absl::Now(); }

absl::Duration RealClock::Monotonic() const {
  // Not CLOCK_MONOTONIC, which stops during suspend: a lease must expire meanwhile.
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
