// SPDX-License-Identifier: Apache-2.0

// The only file that reads real time (checked by tests/repo/tidy_test).

#include "common/clock.h"

#include <sys/utsname.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <ctime>

#include "absl/time/clock.h"

namespace cache_invalidation {
namespace {

// A wait of centuries overflows inside the standard library; an early wake-up is allowed.
constexpr absl::Duration kLongestWait = absl::Hours(24);

int64_t NanosecondsOf(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

}  // namespace

int64_t RealClock::System::CoarseMonotonic() { return NanosecondsOf(CLOCK_MONOTONIC_COARSE); }
int64_t RealClock::System::CoarseRealtime() { return NanosecondsOf(CLOCK_REALTIME_COARSE); }
int64_t RealClock::System::Monotonic() { return NanosecondsOf(CLOCK_MONOTONIC); }
// Not CLOCK_MONOTONIC, which stops during suspend: a lease must expire meanwhile.
int64_t RealClock::System::Boottime() { return NanosecondsOf(CLOCK_BOOTTIME); }

bool RealClock::System::IsCoarseReliable() {
  utsname kernel{};
  int major = 0;
  int minor = 0;
  if (uname(&kernel) != 0 || std::sscanf(kernel.release, "%d.%d", &major, &minor) != 2) {
    return false;
  }
  return major > 5 || (major == 5 && minor >= 18);
}

absl::Time RealClock::Now() const { return absl::Now(); }

absl::Duration RealClock::Monotonic() const { return absl::Nanoseconds(System::Boottime()); }

absl::Duration RealClock::MonotonicBound() const { return absl::Nanoseconds(bound_.Get()); }

bool RealClock::WaitUntil(Mutex& mutex, CondVar& condition, absl::Duration deadline) {
  const absl::Duration left = deadline - Monotonic();
  if (left <= absl::ZeroDuration()) {
    return true;
  }
  condition.WaitFor(mutex, absl::ToChronoNanoseconds(std::min(left, kLongestWait)));
  return Monotonic() >= deadline;
}

}  // namespace cache_invalidation
