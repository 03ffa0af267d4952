// SPDX-License-Identifier: Apache-2.0

// FakeClock for tests of applications: give its address to TaggedCacheOptions::clock,
// ClientOptions::clock, LocalConnectionOptions::clock or FakeServerOptions::clock, and times to
// live, leases, backoffs and batches run as the test advances it.
//
//   FakeClock clock;
//   const auto connection = std::make_shared<LocalConnection>();
//   TaggedCache<std::string> names(Client(connection), {.name = "test",
//                                                       .ttl = absl::Minutes(5),
//                                                       .clock = &clock});
//   EXPECT_TRUE(names.GetOrLoad("user:42", [](Load&) { return std::string("Ada"); }).ok());
//   clock.Advance(absl::Minutes(5));
//   EXPECT_FALSE(names.Get("user:42"));
//
// All of these take the interface Clock (common/clock.h). Without a clock they use RealClock:
//
//   RealClock real_clock;
//   Clock* clocks[] = {&clock, &real_clock};
//   EXPECT_LT(clocks[0]->Now(), clocks[1]->Now());  // its time begins in 2020
//
// common/testing/fake_clock.h describes the class.
//
// Threads: thread-safe.
// Errors: none. A thread waits forever if the test does not advance past its deadline.
// Cost: no time passes.

#ifndef CACHE_INVALIDATION_CLIENT_TESTING_FAKE_CLOCK_H_
#define CACHE_INVALIDATION_CLIENT_TESTING_FAKE_CLOCK_H_

#include "common/clock.h"
#include "common/testing/fake_clock.h"

namespace cache_invalidation::client {

using cache_invalidation::Clock;
using cache_invalidation::FakeClock;
using cache_invalidation::RealClock;

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_TESTING_FAKE_CLOCK_H_
