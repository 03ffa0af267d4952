// SPDX-License-Identifier: Apache-2.0

#include "server/shard/mailbox.h"

#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "absl/types/span.h"
#include "tests/fakes/fake_clock.h"

namespace cache_invalidation::shard {
namespace {

// Take answers at once.
constexpr absl::Duration kNoWait = -absl::InfiniteDuration();

std::unique_ptr<Submission> MakeSubmission(const std::string& name, size_t bytes = 1) {
  auto submission = std::make_unique<Submission>();
  submission->namespace_name = name;
  submission->size_bytes = bytes;
  return submission;
}

std::vector<std::string> NamesOf(const Mailbox::Contents& contents) {
  std::vector<std::string> names;
  for (const auto& submission : contents.submissions) {
    names.push_back(submission->namespace_name);
  }
  return names;
}

class MailboxTest : public testing::Test {
 protected:
  absl::Status Push(const std::string& name, size_t bytes = 1) {
    return mailbox_.Push(MakeSubmission(name, bytes));
  }
  Mailbox::Contents TakeAndRelease() {
    Mailbox::Contents contents = mailbox_.Take(kNoWait);
    mailbox_.Release(contents.submissions);
    return contents;
  }

  FakeClock clock_;
  Mailbox mailbox_{{.submissions = 6, .bytes = 120}, clock_};
};

TEST_F(MailboxTest, GivesOutEverythingInOrderAtOnce) {
  ASSERT_TRUE(Push("a", 10).ok());
  ASSERT_TRUE(Push("b", 20).ok());
  const Mailbox::Contents contents = mailbox_.Take(kNoWait);
  EXPECT_EQ(NamesOf(contents), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(contents.bytes, 30u);
  EXPECT_FALSE(contents.closed);
  EXPECT_TRUE(mailbox_.Take(kNoWait).submissions.empty());
}

TEST_F(MailboxTest, ANamespaceMayHoldAsMuchAsIsFree) {
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(Push("noisy").ok());
  const absl::Status refused = Push("noisy");
  EXPECT_EQ(refused.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(refused.message(),
            "the server is overloaded: the namespace noisy has its share with 3 requests that "
            "wait; retry with backoff");
  EXPECT_TRUE(Push("quiet").ok());
  EXPECT_FALSE(Push("noisy").ok());
  EXPECT_TRUE(Push("third").ok());
  EXPECT_EQ(Push("fourth").message(), "the server is overloaded; retry with backoff");
  EXPECT_EQ(TakeAndRelease().submissions.size(), 5u);
  EXPECT_TRUE(Push("noisy").ok());
}

TEST_F(MailboxTest, BytesAreSharedInTheSameWay) {
  ASSERT_TRUE(Push("noisy", 30).ok());
  ASSERT_TRUE(Push("noisy", 30).ok());
  EXPECT_EQ(Push("noisy", 1).code(), absl::StatusCode::kUnavailable);
  EXPECT_TRUE(Push("quiet", 30).ok());
  EXPECT_EQ(Push("quiet", 1).code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(TakeAndRelease().bytes, 90u);
  EXPECT_TRUE(Push("noisy", 30).ok());
}

// What is larger than anything that may wait comes in all the same.
TEST_F(MailboxTest, ALargeSubmissionCountsAsAQuarter) {
  ASSERT_TRUE(Push("n", 1000).ok());
  ASSERT_TRUE(Push("n", 1000).ok());
  EXPECT_FALSE(Push("n", 1).ok());
  EXPECT_TRUE(Push("m", 1000).ok());
  EXPECT_FALSE(Push("m", 1).ok());
  EXPECT_EQ(TakeAndRelease().bytes, 3000u);
  EXPECT_TRUE(Push("n", 1000).ok());
}

// However many have come, and with requests however large: a smaller one of somebody else comes in.
TEST_F(MailboxTest, ThereIsAlwaysRoomForASmallOneOfSomebodyElse) {
  Mailbox mailbox({.submissions = 1000, .bytes = 1 << 20}, clock_);
  const size_t sizes[] = {1 << 20, 1000, 100, 10};
  int others = 0;
  for (size_t size : sizes) {
    int came = 0;
    while (mailbox.Push(MakeSubmission("other" + std::to_string(++others), size)).ok()) ++came;
    EXPECT_GT(came, 0) << size;
  }
  EXPECT_TRUE(mailbox.Push(MakeSubmission("small", 1)).ok());
}

// What was taken out still takes its place until it has been applied.
TEST_F(MailboxTest, WhatIsWorkedOnCounts) {
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(Push("n").ok());
  const Mailbox::Contents contents = mailbox_.Take(kNoWait);
  EXPECT_FALSE(Push("n").ok());
  mailbox_.Release(absl::MakeConstSpan(contents.submissions).first(1));
  EXPECT_TRUE(Push("n").ok());
  EXPECT_FALSE(Push("n").ok());
}

TEST_F(MailboxTest, ARefusedSubmissionIsNotAnswered) {
  mailbox_.Close();
  auto submission = MakeSubmission("n");
  submission->done = [](std::vector<Result>) { ADD_FAILURE() << "the refusal is the answer"; };
  EXPECT_EQ(mailbox_.Push(std::move(submission)).code(), absl::StatusCode::kUnavailable);
}

TEST_F(MailboxTest, KeepsTheHighestFloorOfEachNamespaceEvenWhenFull) {
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(Push("n").ok());
  }
  mailbox_.PushTrim("a", 5);
  mailbox_.PushTrim("b", 7);
  mailbox_.PushTrim("a", 9);
  mailbox_.PushTrim("a", 8);
  const Mailbox::Contents contents = mailbox_.Take(kNoWait);
  EXPECT_EQ(contents.trims, (std::map<std::string, uint64_t, std::less<>>{{"a", 9}, {"b", 7}}));
  EXPECT_TRUE(mailbox_.Take(kNoWait).trims.empty());
}

TEST_F(MailboxTest, ClosingKeepsWhatIsThere) {
  ASSERT_TRUE(mailbox_.Push(MakeSubmission("a")).ok());
  mailbox_.Close();
  mailbox_.PushTrim("a", 1);
  Mailbox::Contents contents = mailbox_.Take(absl::InfiniteDuration());
  EXPECT_EQ(NamesOf(contents), std::vector<std::string>{"a"});
  EXPECT_TRUE(contents.trims.empty());
  EXPECT_TRUE(contents.closed);
  EXPECT_TRUE(mailbox_.Take(absl::InfiniteDuration()).closed);
}

// Each of these wakes a thread that waits.
class MailboxWaitTest : public MailboxTest {
 protected:
  // Runs `act` while another thread waits in Take.
  template <typename Act>
  Mailbox::Contents TakeDuring(absl::Duration deadline, Act act) {
    Mailbox::Contents contents;
    std::thread taker([&] { contents = mailbox_.Take(deadline); });
    clock_.AwaitWaiters(1);
    act();
    taker.join();
    return contents;
  }
};

TEST_F(MailboxWaitTest, ASubmissionWakes) {
  const Mailbox::Contents contents = TakeDuring(
      absl::InfiniteDuration(), [this] { EXPECT_TRUE(mailbox_.Push(MakeSubmission("a")).ok()); });
  EXPECT_EQ(NamesOf(contents), std::vector<std::string>{"a"});
}

TEST_F(MailboxWaitTest, ATrimWakes) {
  EXPECT_EQ(
      TakeDuring(absl::InfiniteDuration(), [this] { mailbox_.PushTrim("a", 1); }).trims.size(), 1u);
}

TEST_F(MailboxWaitTest, ClosingWakes) {
  EXPECT_TRUE(TakeDuring(absl::InfiniteDuration(), [this] { mailbox_.Close(); }).closed);
}

TEST_F(MailboxWaitTest, TheDeadlineWakes) {
  const Mailbox::Contents contents = TakeDuring(clock_.Monotonic() + absl::Seconds(1), [this] {
    clock_.Advance(absl::Milliseconds(999));
    clock_.AwaitWaiters(1);
    clock_.Advance(absl::Milliseconds(1));
  });
  EXPECT_TRUE(contents.submissions.empty());
  EXPECT_FALSE(contents.closed);
}

TEST(MailboxStressTest, NothingIsLostAndOrderIsKept) {
  constexpr int kThreads = 4;
  constexpr int kEach = 2000;
  FakeClock clock;
  Mailbox mailbox({.submissions = 64, .bytes = 1'000'000}, clock);
  std::vector<std::thread> pushers;
  for (int thread = 0; thread < kThreads; ++thread) {
    pushers.emplace_back([&, thread] {
      for (int i = 0; i < kEach;) {
        // The number travels as the size.
        if (mailbox.Push(MakeSubmission(std::to_string(thread), i)).ok()) {
          ++i;
        } else {
          std::this_thread::yield();
        }
      }
    });
  }
  std::vector<int> next(kThreads, 0);
  for (int seen = 0; seen < kThreads * kEach;) {
    const Mailbox::Contents contents = mailbox.Take(absl::InfiniteDuration());
    EXPECT_LE(contents.submissions.size(), 64u);
    for (const auto& submission : contents.submissions) {
      int& expected = next[std::stoi(submission->namespace_name)];
      EXPECT_EQ(submission->size_bytes, static_cast<size_t>(expected));
      ++expected;
      ++seen;
    }
    mailbox.Release(contents.submissions);
  }
  for (std::thread& pusher : pushers) {
    pusher.join();
  }
}

}  // namespace
}  // namespace cache_invalidation::shard
