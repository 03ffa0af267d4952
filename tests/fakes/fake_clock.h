// SPDX-License-Identifier: Apache-2.0

// The FakeClock of common/testing, which is installed for applications, by the name that the tests
// of this tree use.

#ifndef CACHE_INVALIDATION_TESTS_FAKES_FAKE_CLOCK_H_
#define CACHE_INVALIDATION_TESTS_FAKES_FAKE_CLOCK_H_

#include "absl/time/time.h"
#include "common/clock.h"
#include "common/mutex.h"
#include "common/testing/fake_clock.h"

#endif  // CACHE_INVALIDATION_TESTS_FAKES_FAKE_CLOCK_H_
