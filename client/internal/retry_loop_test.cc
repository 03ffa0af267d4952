#include "client/internal/retry_loop.h"

#include <algorithm>
#include <stop_token>
#include <thread>
#include <vector>

#include "client/internal/backoff.h"
#include "gtest/gtest.h"
#include "tests/fakes/fake_clock.h"

namespace cache_invalidation::client::internal {
namespace {

using Spans = std::vector<absl::Duration>;

const Attempt kOk{absl::OkStatus()};
const Attempt kUnavailable{absl::UnavailableError("draining")};

constexpr absl::Duration Ms(int64_t n) { return absl::Milliseconds(n); }

class RetryLoopTest : public testing::Test {
 protected:
  // Runs a call whose attempts answer `answers` in turn, the last one again and again, and moves
  // the clock by each of `waits` once the call waits.
  absl::Status Run(std::vector<Attempt> answers, Spans waits,
                   absl::Duration deadline = absl::Seconds(5)) {
    ClientOptions options;
    options.clock = &clock_;
    options.random = [this] { return random_; };
    const Runtime runtime = MakeRuntime(options);
    const absl::Duration start = clock_.Monotonic();
    absl::Status status;
    std::thread caller([&] {
      status = RunWithRetries(runtime, deadline, cancellation_.get_token(),
                              [&](const RetrySchedule& schedule) {
                                attempted_at_.push_back(clock_.Monotonic() - start);
                                remaining_.push_back(schedule.Remaining());
                                waited_.push_back(schedule.WaitsForConnection());
                                return answers[std::min(attempted_at_.size(), answers.size()) - 1];
                              });
    });
    for (absl::Duration wait : waits) {
      clock_.AwaitWaiters(1);
      clock_.Advance(wait);
    }
    if (cancel_while_waiting_) {
      clock_.AwaitWaiters(1);
      cancellation_.request_stop();
    }
    caller.join();
    return status;
  }

  FakeClock clock_;
  std::stop_source cancellation_;
  bool cancel_while_waiting_ = false;
  double random_ = 1;  // the limit itself, so that the delays can be foretold
  Spans attempted_at_;
  Spans remaining_;
  std::vector<bool> waited_;  // for a connection
};

TEST_F(RetryLoopTest, AnswersTheFirstSuccess) {
  EXPECT_TRUE(Run({kOk}, {}).ok());
  EXPECT_EQ(attempted_at_, Spans({Ms(0)}));
}

TEST_F(RetryLoopTest, DoesNotRepeatWhatWouldFailAgain) {
  for (absl::StatusCode code :
       {absl::StatusCode::kInvalidArgument, absl::StatusCode::kNotFound,
        absl::StatusCode::kAlreadyExists, absl::StatusCode::kPermissionDenied,
        absl::StatusCode::kUnauthenticated, absl::StatusCode::kResourceExhausted,
        absl::StatusCode::kFailedPrecondition, absl::StatusCode::kOutOfRange,
        absl::StatusCode::kUnimplemented}) {
    attempted_at_.clear();
    EXPECT_EQ(Run({{absl::Status(code, "no")}}, {}), absl::Status(code, "no"));
    EXPECT_EQ(attempted_at_.size(), 1u);
  }
}

// CANCELLED comes of a server that stops, DEADLINE_EXCEEDED of a proxy with less patience, INTERNAL
// and UNKNOWN of a stream that was reset on its way.
TEST_F(RetryLoopTest, RepeatsEveryOtherError) {
  for (absl::StatusCode code :
       {absl::StatusCode::kCancelled, absl::StatusCode::kUnknown,
        absl::StatusCode::kDeadlineExceeded, absl::StatusCode::kAborted,
        absl::StatusCode::kInternal, absl::StatusCode::kUnavailable, absl::StatusCode::kDataLoss}) {
    attempted_at_.clear();
    EXPECT_TRUE(Run({{absl::Status(code, "not now")}, kOk}, {Ms(100)}).ok());
    EXPECT_EQ(attempted_at_.size(), 2u);
  }
}

TEST_F(RetryLoopTest, LaterAttemptsWaitForAConnection) {
  EXPECT_TRUE(Run({kUnavailable, kUnavailable, kOk}, {Ms(100), Ms(200)}).ok());
  EXPECT_EQ(waited_, std::vector<bool>({false, true, true}));
}

TEST_F(RetryLoopTest, TellsWhatWasWrongRatherThanThatTimeRanOut) {
  EXPECT_EQ(Run({kUnavailable, {absl::DeadlineExceededError("late")}}, {Ms(100)}, Ms(150)),
            absl::UnavailableError("draining (tried 2 times)"));
  attempted_at_.clear();
  EXPECT_EQ(Run({{absl::DeadlineExceededError("late")}}, {}, Ms(50)),
            absl::DeadlineExceededError("late"));
}

TEST_F(RetryLoopTest, BacksOffExponentially) {
  const absl::Status status =
      Run({kUnavailable, kUnavailable, kUnavailable, kOk}, {Ms(100), Ms(200), Ms(400)});
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(attempted_at_, Spans({Ms(0), Ms(100), Ms(300), Ms(700)}));
}

TEST_F(RetryLoopTest, GivesEachAttemptWhatIsLeft) {
  EXPECT_TRUE(Run({kUnavailable, kOk}, {Ms(100)}).ok());
  EXPECT_EQ(remaining_, Spans({Ms(5000), Ms(4900)}));
}

TEST_F(RetryLoopTest, GivesUpWhenTheDeadlineLeavesNoTimeForAnother) {
  // 100 + 200 + 400 + 800 = 1500; the next delay of 1600 would end at 3100.
  const absl::Status status =
      Run({kUnavailable}, {Ms(100), Ms(200), Ms(400), Ms(800)}, absl::Seconds(3));
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(status.message(), "draining (tried 5 times)");
  EXPECT_EQ(attempted_at_.size(), 5u);
}

TEST_F(RetryLoopTest, WaitsAsLongAsTheServiceAsks) {
  EXPECT_TRUE(Run({{absl::UnavailableError("full"), Ms(750)}, kOk}, {Ms(750)}).ok());
  EXPECT_EQ(attempted_at_, Spans({Ms(0), Ms(750)}));
}

TEST_F(RetryLoopTest, JitterShortensTheDelay) {
  random_ = 0.25;
  EXPECT_TRUE(Run({kUnavailable, kUnavailable, kOk}, {Ms(25), Ms(50)}).ok());
  EXPECT_EQ(attempted_at_, Spans({Ms(0), Ms(25), Ms(75)}));
}

TEST_F(RetryLoopTest, AStopEndsTheWaitForTheNextAttempt) {
  cancel_while_waiting_ = true;
  EXPECT_EQ(Run({kUnavailable}, {Ms(100)}).code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(attempted_at_.size(), 2u);
}

TEST_F(RetryLoopTest, ACallThatIsStoppedBeforeItBeginsIsNotMade) {
  cancellation_.request_stop();
  EXPECT_EQ(Run({kOk}, {}).code(), absl::StatusCode::kCancelled);
  EXPECT_TRUE(attempted_at_.empty());
}

TEST(BackoffTest, StopsAtItsMaximumAndBeginsAnewAfterReset) {
  Backoff backoff({.initial = Ms(10), .maximum = Ms(25), .multiplier = 2}, [] { return 1.0; });
  EXPECT_EQ(backoff.Next(), Ms(10));
  EXPECT_EQ(backoff.Next(), Ms(20));
  EXPECT_EQ(backoff.Next(), Ms(25));
  EXPECT_EQ(backoff.Next(), Ms(25));
  backoff.Reset();
  EXPECT_EQ(backoff.Next(), Ms(10));
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
