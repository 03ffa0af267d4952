// SPDX-License-Identifier: Apache-2.0

#include "tests/support/pause.h"

#include "common/clock.h"
#include "common/mutex.h"

namespace cache_invalidation {

void Pause(absl::Duration time) {
  RealClock clock;
  Mutex mutex;
  CondVar nobody;
  MutexLock lock(mutex);
  const absl::Duration end = clock.Monotonic() + time;
  while (clock.Monotonic() < end) clock.WaitUntil(mutex, nobody, end);
}

}  // namespace cache_invalidation
