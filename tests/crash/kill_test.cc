// SPDX-License-Identifier: Apache-2.0

// The real server is killed at random moments under load and started again, many times. Everything
// that it acknowledged is there afterwards, revisions never go back, and subscribers that resume
// miss nothing.

#include <cstdint>
#include <iostream>
#include <random>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/crash/flags.h"
#include "tests/crash/loaded_server.h"
#include "tests/support/pause.h"

namespace cache_invalidation {
namespace {

using testing::IsEmpty;

// At most so many answers between two deaths.
constexpr uint32_t kMostAnswers = 100;
// And at most so many times a microsecond doubled after the last of them: most deaths are close to
// an answer, where it shows whether it came too early.
constexpr uint32_t kMostDoublings = 13;
// One start in so many is a death as well, before it serves or just after.
constexpr uint32_t kDeathsWhileStarting = 5;
constexpr uint32_t kMostMillisecondsStarting = 100;
// The subscriber that is away comes once in so many cycles.
constexpr int kCyclesAway = 7;

// So little history in memory that whoever was away is sent what the store retains.
const std::vector<std::string> kFlags = {"--heartbeat=200ms", "--event_cache_bytes=20000"};

TEST(KillTest, NothingAcknowledgedIsLost) {
  const uint32_t seed = absl::GetFlag(FLAGS_seed);
  std::mt19937 random(seed);
  LoadedServer loaded(seed, kFlags);
  const int cycles = absl::GetFlag(FLAGS_cycles);
  int deaths = 0;
  for (int cycle = 1; cycle <= cycles && !::testing::Test::HasFailure(); ++cycle) {
    loaded.answered().AwaitMore(1 + random() % kMostAnswers);
    Pause(absl::Microseconds(random() % (1u << random() % kMostDoublings)));
    const uint64_t told = loaded.answered().head();
    loaded.process().Kill();
    ++deaths;
    for (; random() % kDeathsWhileStarting == 0; ++deaths) {
      loaded.process().DieStarting(absl::Milliseconds(random() % kMostMillisecondsStarting));
    }
    // What a process that dies has acknowledged survives either way.
    loaded.process().Start(random() % 2 == 0 ? "--durability=sync" : "--durability=async");
    const auto stats = loaded.Connect().GetInvalidationStats();
    ASSERT_TRUE(stats.ok()) << stats.status();
    EXPECT_GE(stats->position.revision, told);
    if (cycle % kCyclesAway == 0) loaded.CatchUpOnce();
  }
  std::cout << deaths << " deaths, " << loaded.answered().count() << " answers, the last of "
            << loaded.answered().head() << " events\n";
  EXPECT_THAT(loaded.Finish(), IsEmpty());
}

}  // namespace
}  // namespace cache_invalidation
