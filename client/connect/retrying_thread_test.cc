// SPDX-License-Identifier: Apache-2.0

#include "client/connect/retrying_thread.h"

#include <atomic>
#include <string>
#include <vector>

#include "common/testing/fake_clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cache_invalidation::connect {
namespace {

using ::testing::ElementsAre;

class RetryingThreadTest : public ::testing::Test {
 protected:
  // Fails, and remembers when.
  absl::Status Act() {
    begun_.push_back(clock_.Monotonic() - start_);
    return absl::UnavailableError("gone");
  }
  // Lets the pause end, after exactly this time.
  void Pass(absl::Duration pause) {
    clock_.AwaitWaiters(1);
    clock_.Advance(pause - absl::Milliseconds(1));
    clock_.AwaitWaiters(1);
    clock_.Advance(absl::Milliseconds(1));
  }

  FakeClock clock_;
  journal::Journal journal_{journal::Format::kText, journal::Level::kError, clock_};
  const absl::Duration start_ = clock_.Monotonic();
  std::vector<absl::Duration> begun_;
  std::vector<std::string> ends_;
};

TEST_F(RetryingThreadTest, PausesDoubleUpToTheLongest) {
  {
    const RetryingThread thread(
        clock_, journal_, {"cache", "c"}, absl::Milliseconds(300),
        [this](const std::stop_token&) { return Act(); },
        [this](absl::string_view why) { ends_.emplace_back(why); });
    for (const int pause : {100, 200, 300, 300}) Pass(absl::Milliseconds(pause));
    clock_.AwaitWaiters(1);
  }
  EXPECT_THAT(begun_,
              ElementsAre(absl::ZeroDuration(), absl::Milliseconds(100), absl::Milliseconds(300),
                          absl::Milliseconds(600), absl::Milliseconds(900)));
  EXPECT_THAT(ends_, ElementsAre("gone", "gone", "gone", "gone", "gone"));
}

TEST_F(RetryingThreadTest, WhatHasLastedIsBegunAgainSoon) {
  int times = 0;
  {
    const RetryingThread thread(
        clock_, journal_, {"cache", "c"}, absl::Minutes(1),
        [&](const std::stop_token&) {
          if (++times == 3) clock_.Advance(absl::Minutes(1));
          return Act();
        },
        [](absl::string_view) {});
    for (const int pause : {100, 200, 100}) Pass(absl::Milliseconds(pause));
    clock_.AwaitWaiters(1);
  }
  EXPECT_EQ(times, 4);
}

TEST_F(RetryingThreadTest, AStopReachesWhatRunsAndIsNoFailure) {
  std::atomic<bool> runs = false;
  {
    const RetryingThread thread(
        clock_, journal_, {"cache", "c"}, absl::Minutes(1),
        [&](const std::stop_token& stop) {
          runs = true;
          runs.notify_all();
          while (!stop.stop_requested()) std::this_thread::yield();
          return absl::CancelledError("stopped");
        },
        [this](absl::string_view why) { ends_.emplace_back(why); });
    runs.wait(false);
  }
  EXPECT_TRUE(ends_.empty());
}

}  // namespace
}  // namespace cache_invalidation::connect
