// SPDX-License-Identifier: Apache-2.0

#include "client/cachectl/ingest_progress.h"

#include <atomic>
#include <sstream>
#include <string>

#include "gtest/gtest.h"
#include "tests/fakes/fake_clock.h"

namespace cache_invalidation::cachectl {
namespace {

TEST(IngestProgressTest, NothingWasRead) {
  const FakeClock clock;
  const IngestProgress progress(clock);
  EXPECT_EQ(progress.state(), IngestProgress::State());
  EXPECT_EQ(Describe(progress.state()), "0 transactions applied");
}

TEST(IngestProgressTest, APositionIsReachedWhenAllBeforeItIsAnswered) {
  const FakeClock clock;
  IngestProgress progress(clock);
  const uint64_t first = progress.Read(10, "0/1");
  const uint64_t second = progress.Read(30, "0/2");
  const uint64_t third = progress.Read(60, "0/3");

  progress.Answer(second);
  EXPECT_EQ(progress.state().answered_lsn, "") << "the first is missing";
  progress.Answer(first);
  EXPECT_EQ(progress.state().answered_lsn, "0/2");
  EXPECT_EQ(progress.state().answered, 2u);
  EXPECT_EQ(progress.state().unanswered_bytes, 30u);
  progress.Answer(third);
  EXPECT_EQ(progress.state(),
            (IngestProgress::State{.answered = 3, .answered_bytes = 60, .answered_lsn = "0/3"}));
}

TEST(IngestProgressTest, AnUnknownPositionLeavesTheLastOne) {
  const FakeClock clock;
  IngestProgress progress(clock);
  progress.Answer(progress.Read(10, "0/1"));
  progress.Answer(progress.Read(20, ""));
  EXPECT_EQ(progress.state().answered_lsn, "0/1");
}

TEST(IngestProgressTest, SaysForHowLongTheOldestWaits) {
  FakeClock clock;
  IngestProgress progress(clock);
  const uint64_t first = progress.Read(10, "0/1");
  clock.Advance(absl::Seconds(2));
  progress.Read(25, "0/2");
  clock.Advance(absl::Milliseconds(1'550));
  EXPECT_EQ(Describe(progress.state()),
            "0 transactions applied; 2 without result, 25 bytes, for 3.5s");
  progress.Answer(first);
  EXPECT_EQ(Describe(progress.state()),
            "1 transaction applied, up to 0/1; 1 without result, 15 bytes, for 1.5s");
}

TEST(NextLsnTest, IsThatOfTheEndOfATransaction) {
  EXPECT_EQ(NextLsn(R"({"action":"C","lsn":"0/1538AE8","nextlsn":"0/1538B18"})"), "0/1538B18");
  EXPECT_EQ(NextLsn(R"({"action":"C","xid":7,"lsn":"A/1","nextlsn":"A/B"})"), "A/B");
  EXPECT_EQ(NextLsn(R"({"action":"C"})"), "");
  EXPECT_EQ(NextLsn(R"({"action":"B","lsn":"0/1538AE8","nextlsn":"0/1538B18"})"), "");
  EXPECT_EQ(NextLsn(R"({"action":"M","content":"\"nextlsn\":\"0/1\""})"), "");
  EXPECT_EQ(NextLsn(""), "");
}

TEST(ProgressBarTest, DrawsWhatChangedAndWipesItself) {
  std::ostringstream out;
  {
    ProgressBar bar(out, true, 200);
    bar.Update(0, "none");
    bar.Update(100, "some");
    bar.Update(100, "some");
    bar.Update(300, "all");
  }
  const std::string blanks(30, ' ');
  EXPECT_EQ(out.str(), "\r\x1b[K[" + blanks + "] 0% none" + "\r\x1b[K[" + std::string(15, '#') +
                           std::string(15, ' ') + "] 50% some" + "\r\x1b[K[" +
                           std::string(30, '#') + "] 100% all" + "\r\x1b[K");
}

TEST(ProgressBarTest, WithoutATotalThereAreOnlyWords) {
  std::ostringstream out;
  {
    ProgressBar bar(out, true, 0);
    bar.Update(5, "5 lines");
  }
  EXPECT_EQ(out.str(), "\r\x1b[K5 lines\r\x1b[K");
}

TEST(ProgressBarTest, DrawsNothingWhereNobodyLooks) {
  std::ostringstream out;
  {
    ProgressBar bar(out, false, 10);
    bar.Update(5, "half");
  }
  EXPECT_EQ(out.str(), "");
}

TEST(TickerTest, CallsAfterEachInterval) {
  FakeClock clock;
  std::atomic<int> calls = 0;
  const Ticker ticker(clock, absl::Seconds(10), [&] { ++calls; });
  for (int interval = 0; interval < 3; ++interval) {
    clock.AwaitWaiters(1);
    EXPECT_EQ(calls, interval);
    clock.Advance(absl::Seconds(9));
    clock.AwaitWaiters(1);
    EXPECT_EQ(calls, interval);
    clock.Advance(absl::Seconds(1));
  }
  clock.AwaitWaiters(1);
  EXPECT_EQ(calls, 3);
}

TEST(TickerTest, EndsWithoutACall) {
  FakeClock clock;
  const Ticker ticker(clock, absl::InfiniteDuration(), [] { FAIL(); });
}

}  // namespace
}  // namespace cache_invalidation::cachectl
