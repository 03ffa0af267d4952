// SPDX-License-Identifier: Apache-2.0

// The real server is asked to stop under load, as when its version is replaced, and started again
// on its directory, many times. No call of the SDK fails, nothing is missing from what any
// subscriber got, no cache serves an old value, and each process ends well within its grace.

#include <algorithm>
#include <iostream>
#include <random>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/crash/flags.h"
#include "tests/crash/guarded_caches.h"
#include "tests/crash/loaded_server.h"
#include "tests/support/probe.h"
#include "tests/support/program.h"

namespace cache_invalidation {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

constexpr int kCaches = 2;
constexpr uint32_t kMostAnswers = 200;
constexpr absl::Duration kDrainDelay = absl::Milliseconds(300);
constexpr absl::Duration kGrace = absl::Seconds(5);

std::vector<std::string> Flags() {
  return {"--heartbeat=200ms", "--longest_earlier_lease=1s",
          absl::StrCat("--drain_delay=", absl::FormatDuration(kDrainDelay)),
          absl::StrCat("--shutdown_grace=", absl::FormatDuration(kGrace))};
}

TEST(RollingRestartTest, FailsNoCallAndLosesNothing) {
  const uint32_t seed = absl::GetFlag(FLAGS_seed);
  std::mt19937 random(seed);
  LoadedServer loaded(seed, Flags());
  GuardedCaches caches(kCaches, loaded.process().endpoint());
  absl::Duration slowest_stop;
  absl::Duration longest_away;
  const int restarts = absl::GetFlag(FLAGS_restarts);
  for (int restart = 0; restart < restarts && !::testing::Test::HasFailure(); ++restart) {
    loaded.answered().AwaitMore(1 + random() % kMostAnswers);
    // A call waits for the caches of the last server first.
    EXPECT_TRUE(caches.AwaitComplete(absl::Seconds(30)));
    Ended ended;
    const absl::Duration stop = TimeOf([&] { ended = loaded.process().Stop(); });
    EXPECT_EQ(ended.code, 0) << ended.err;
    EXPECT_THAT(ended.err, HasSubstr("info ended"));
    EXPECT_GE(stop, kDrainDelay) << "it served for that time";
    EXPECT_LT(stop, kDrainDelay + kGrace);
    const absl::Duration away = TimeOf([&] {
      loaded.process().Start(random() % 2 == 0 ? "--durability=sync" : "--durability=async");
      EXPECT_TRUE(loaded.Connect().GetInvalidationStats().ok());
    });
    slowest_stop = std::max(slowest_stop, stop - kDrainDelay);
    longest_away = std::max(longest_away, away);
    loaded.CatchUpOnce();
  }
  const GuardedCaches::Counts counts = caches.Stop();
  EXPECT_EQ(counts.first_error, "");
  EXPECT_EQ(counts.wrong, 0u);
  EXPECT_GT(counts.hits, 0u);
  EXPECT_GE(counts.complete, static_cast<uint64_t>(restarts));
  std::cout << restarts << " restarts, " << loaded.answered().count() << " results, the last of "
            << loaded.answered().head() << " events; " << counts.complete << " of " << counts.writes
            << " writes waited for all, the slowest took " << counts.slowest << "; " << counts.hits
            << " hits; slowest stop after the delay " << slowest_stop << ", slowest start "
            << longest_away << "\n";
  EXPECT_THAT(loaded.Finish(), IsEmpty());
}

}  // namespace
}  // namespace cache_invalidation
