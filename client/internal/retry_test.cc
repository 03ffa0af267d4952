// SPDX-License-Identifier: Apache-2.0

#include "client/internal/retry.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "gtest/gtest.h"
#include "tests/fakes/fake_clock.h"

namespace cache_invalidation::client::internal {
namespace {

using Spans = std::vector<absl::Duration>;

const Attempt kOk{absl::OkStatus()};
const Attempt kUnavailable{absl::UnavailableError("draining")};

constexpr absl::Duration Milliseconds(int64_t n) { return absl::Milliseconds(n); }

class RetryScheduleTest : public testing::Test {
 protected:
  // Runs a call whose attempts have the outcomes `outcomes` in turn, the last one again and again.
  // Each attempt begins when the schedule says.
  absl::Status Run(std::vector<Attempt> outcomes, absl::Duration deadline = absl::Seconds(5)) {
    ClientOptions options;
    options.clock = &clock_;
    options.random = [this] { return random_; };
    const absl::Duration start = clock_.Monotonic();
    RetrySchedule schedule(MakeRuntime(options), deadline);
    while (true) {
      attempted_at_.push_back(clock_.Monotonic() - start);
      remaining_.push_back(schedule.Remaining());
      waited_.push_back(schedule.WaitsForConnection());
      const Attempt& outcome = outcomes[std::min(attempted_at_.size(), outcomes.size()) - 1];
      const std::optional<absl::Duration> next = schedule.NextAttempt(outcome);
      if (!next.has_value()) return schedule.Result(outcome.status);
      clock_.Advance(*next - clock_.Monotonic());
    }
  }

  FakeClock clock_;
  double random_ = 1;  // the limit itself, so that the delays can be foretold
  Spans attempted_at_;
  Spans remaining_;
  std::vector<bool> waited_;  // for a connection
};

TEST_F(RetryScheduleTest, AnswersTheFirstSuccess) {
  EXPECT_TRUE(Run({kOk}).ok());
  EXPECT_EQ(attempted_at_, Spans({Milliseconds(0)}));
}

TEST_F(RetryScheduleTest, DoesNotRepeatWhatWouldFailAgain) {
  for (absl::StatusCode code :
       {absl::StatusCode::kInvalidArgument, absl::StatusCode::kNotFound,
        absl::StatusCode::kAlreadyExists, absl::StatusCode::kPermissionDenied,
        absl::StatusCode::kUnauthenticated, absl::StatusCode::kResourceExhausted,
        absl::StatusCode::kFailedPrecondition, absl::StatusCode::kOutOfRange,
        absl::StatusCode::kUnimplemented}) {
    attempted_at_.clear();
    EXPECT_EQ(Run({{absl::Status(code, "no")}}), absl::Status(code, "no"));
    EXPECT_EQ(attempted_at_.size(), 1u);
  }
}

// A server that stops returns CANCELLED, a proxy with a shorter timeout DEADLINE_EXCEEDED, and a
// stream that was reset on its way ends with INTERNAL or UNKNOWN.
TEST_F(RetryScheduleTest, RepeatsEveryOtherError) {
  for (absl::StatusCode code :
       {absl::StatusCode::kCancelled, absl::StatusCode::kUnknown,
        absl::StatusCode::kDeadlineExceeded, absl::StatusCode::kAborted,
        absl::StatusCode::kInternal, absl::StatusCode::kUnavailable, absl::StatusCode::kDataLoss}) {
    attempted_at_.clear();
    EXPECT_TRUE(Run({{absl::Status(code, "not now")}, kOk}).ok());
    EXPECT_EQ(attempted_at_.size(), 2u);
  }
}

TEST_F(RetryScheduleTest, LaterAttemptsWaitForAConnection) {
  EXPECT_TRUE(Run({kUnavailable, kUnavailable, kOk}).ok());
  EXPECT_EQ(waited_, std::vector<bool>({false, true, true}));
}

TEST_F(RetryScheduleTest, TellsWhatWasWrongRatherThanThatTimeRanOut) {
  EXPECT_EQ(Run({kUnavailable, {absl::DeadlineExceededError("late")}}, Milliseconds(150)),
            absl::UnavailableError("draining (tried 2 times)"));
  attempted_at_.clear();
  EXPECT_EQ(Run({{absl::DeadlineExceededError("late")}}, Milliseconds(50)),
            absl::DeadlineExceededError("late"));
}

TEST_F(RetryScheduleTest, BacksOffExponentially) {
  const absl::Status status = Run({kUnavailable, kUnavailable, kUnavailable, kOk});
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(attempted_at_,
            Spans({Milliseconds(0), Milliseconds(100), Milliseconds(300), Milliseconds(700)}));
}

TEST_F(RetryScheduleTest, GivesEachAttemptWhatIsLeft) {
  EXPECT_TRUE(Run({kUnavailable, kOk}).ok());
  EXPECT_EQ(remaining_, Spans({Milliseconds(5000), Milliseconds(4900)}));
}

TEST_F(RetryScheduleTest, GivesUpWhenTheDeadlineLeavesNoTimeForAnother) {
  // 100 + 200 + 400 + 800 = 1500; the next delay of 1600 would end at 3100.
  const absl::Status status = Run({kUnavailable}, absl::Seconds(3));
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(status.message(), "draining (tried 5 times)");
  EXPECT_EQ(attempted_at_.size(), 5u);
}

TEST_F(RetryScheduleTest, WaitsAsLongAsTheServiceAsks) {
  EXPECT_TRUE(Run({{absl::UnavailableError("full"), Milliseconds(750)}, kOk}).ok());
  EXPECT_EQ(attempted_at_, Spans({Milliseconds(0), Milliseconds(750)}));
}

TEST_F(RetryScheduleTest, JitterShortensTheDelay) {
  random_ = 0.25;
  EXPECT_TRUE(Run({kUnavailable, kUnavailable, kOk}).ok());
  EXPECT_EQ(attempted_at_, Spans({Milliseconds(0), Milliseconds(25), Milliseconds(75)}));
}

TEST(BackoffTest, StopsAtItsMaximumAndBeginsAnewAfterReset) {
  Backoff backoff({.initial = Milliseconds(10), .maximum = Milliseconds(25), .multiplier = 2},
                  [] { return 1.0; });
  EXPECT_EQ(backoff.Next(), Milliseconds(10));
  EXPECT_EQ(backoff.Next(), Milliseconds(20));
  EXPECT_EQ(backoff.Next(), Milliseconds(25));
  EXPECT_EQ(backoff.Next(), Milliseconds(25));
  backoff.Reset();
  EXPECT_EQ(backoff.Next(), Milliseconds(10));
}

TEST(BackoffTest, RandomNumbersAreInRangeAndDiffer) {
  const std::function<double()> random = MakeRandom();
  const double first = random();
  bool differs = false;
  for (int i = 0; i < 100; ++i) {
    const double number = random();
    EXPECT_GE(number, 0);
    EXPECT_LT(number, 1);
    differs = differs || number != first;
  }
  EXPECT_TRUE(differs);
}

}  // namespace
}  // namespace cache_invalidation::client::internal
