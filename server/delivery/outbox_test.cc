// SPDX-License-Identifier: Apache-2.0

#include "server/delivery/outbox.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "common/mutex.h"
#include "tests/fakes/fake_clock.h"

namespace cache_invalidation::delivery {
namespace {

using Completion = Outlet::Completion;

// What happened, in order.
using Story = std::vector<std::string>;

class FakeStream final : public OutboxStream {
 public:
  FakeStream(std::string name, uint64_t channel, Story& story)
      : name_(std::move(name)), story_(story) {
    upkeep.channel = channel;
  }

  Upkeep Drive(absl::Duration) override {
    story_.push_back(name_);
    if (during_drive) during_drive();
    return upkeep;
  }
  void Drain(absl::Duration deadline) override {
    story_.push_back(name_ + " drains until " + absl::FormatDuration(deadline));
  }
  void Abort() override { story_.push_back(name_ + " aborts"); }
  bool AnswersCalls() const override { return answers_calls; }

  Upkeep upkeep;
  bool answers_calls = false;
  std::function<void()> during_drive;

 private:
  const std::string name_;
  Story& story_;
};

class OutboxCoreTest : public testing::Test {
 protected:
  // A stream that has been driven once, so that the core knows it.
  std::shared_ptr<FakeStream> Known(std::string name, uint64_t channel) {
    auto stream = std::make_shared<FakeStream>(std::move(name), channel, story_);
    Wake(stream);
    core_.Step();
    story_.clear();
    return stream;
  }

  void Wake(std::shared_ptr<OutboxStream> stream) {
    OutboxWork work;
    work.woken.push_back(std::move(stream));
    core_.Accept(std::move(work));
  }

  void Move(uint64_t channel) {
    OutboxWork work;
    work.moved.insert(channel);
    core_.Accept(std::move(work));
  }

  void Complete(std::string name, bool durable = true) {
    std::vector<Completion> run;
    run.push_back([this, name](bool yes) { story_.push_back(name + (yes ? "" : " lost")); });
    OutboxWork work;
    work.completions.push_back({std::move(run), durable});
    core_.Accept(std::move(work));
  }

  Story Step() {
    core_.Step();
    return std::exchange(story_, {});
  }
  Story StepAt(absl::Duration now) {
    clock_.Advance(now - clock_.Monotonic());
    return Step();
  }

  Story story_;
  FakeClock clock_;
  OutboxCore core_{clock_};
};

TEST_F(OutboxCoreTest, DrivesTheStreamsOfAChannelThatMoved) {
  const auto a = Known("a", 1);
  const auto b = Known("b", 2);
  Move(1);
  EXPECT_TRUE(core_.busy());
  EXPECT_EQ(Step(), Story({"a"}));
  EXPECT_FALSE(core_.busy());
  Move(7);
  EXPECT_EQ(Step(), Story({}));
}

TEST_F(OutboxCoreTest, AnswersBeforeItSends) {
  const auto a = Known("a", 1);
  Move(1);
  Complete("first");
  Complete("second", false);
  EXPECT_EQ(Step(), Story({"first", "second lost", "a"}));
}

TEST_F(OutboxCoreTest, APassDrivesEachStreamOnceWhateverMovesMeanwhile) {
  std::vector<std::shared_ptr<FakeStream>> streams;
  for (int i = 0; i < 2 * OutboxCore::kStreamsPerStep; ++i) {
    streams.push_back(Known(std::to_string(i), 1));
  }
  Move(1);
  Story driven = Step();
  Move(1);
  Complete("answer");
  const Story rest = Step();
  EXPECT_EQ(rest.front(), "answer") << "answers do not wait for the end of a pass";
  driven.insert(driven.end(), rest.begin() + 1, rest.end());
  std::vector<std::string> all;
  for (size_t i = 0; i < streams.size(); ++i) all.push_back(std::to_string(i));
  EXPECT_EQ(driven, all);
  EXPECT_TRUE(core_.busy()) << "what moved during the pass belongs to the next";
  EXPECT_EQ(Step().front(), "0");
}

TEST_F(OutboxCoreTest, StreamsThatAreAlwaysBusyDoNotKeepOthersFromTheirTurn) {
  const auto quiet = Known("quiet", 1);
  std::vector<std::shared_ptr<FakeStream>> busy;
  for (int i = 0; i < 2 * OutboxCore::kStreamsPerStep; ++i) busy.push_back(Known("busy", 2));
  Move(2);
  Step();
  Move(1);
  // The rest of this pass, and one pass with all of them.
  for (int step = 0; step < 4; ++step) {
    Move(2);
    const Story driven = Step();
    if (std::find(driven.begin(), driven.end(), "quiet") != driven.end()) return;
  }
  ADD_FAILURE() << "never driven";
}

// A stream may look at much before it finds something to send.
TEST_F(OutboxCoreTest, AnswersDoNotWaitForManyStreamsThatTakeLong) {
  std::vector<std::shared_ptr<FakeStream>> slow;
  for (int i = 0; i < 10; ++i) {
    slow.push_back(Known("slow", 1));
    slow.back()->during_drive = [this] { clock_.Advance(OutboxCore::kStepTime / 2); };
  }
  const auto quick = Known("quick", 1);
  Move(1);
  EXPECT_EQ(Step(), Story({"slow", "slow"}));
  for (int i = 0; i < 4; ++i) {
    EXPECT_TRUE(core_.busy());
    Complete("answer");
    EXPECT_EQ(Step(), Story({"answer", "slow", "slow"}));
  }
  EXPECT_EQ(Step(), Story({"quick"})) << "its turn comes all the same";
}

TEST_F(OutboxCoreTest, WhoAnswersCallsDoesNotWaitForTheEndOfAPass) {
  std::vector<std::shared_ptr<FakeStream>> streams;
  for (int i = 0; i < 2 * OutboxCore::kStreamsPerStep; ++i) {
    streams.push_back(Known(std::to_string(i), 1));
  }
  const auto calls = Known("calls", 0);
  calls->answers_calls = true;
  Move(1);
  const size_t first = Step().size();
  Wake(calls);
  const Story rest = Step();
  EXPECT_EQ(rest.front(), "calls");
  EXPECT_EQ(rest[1], std::to_string(first)) << "the others go on where they were";
  Move(1);
  const Story next = Step();
  EXPECT_EQ(next[0], "63") << "and end their pass before the next";
  EXPECT_EQ(next[1], "0");
}

// However long answers take: streams get on, too.
TEST_F(OutboxCoreTest, AStepDrivesAtLeastOneStream) {
  const auto a = Known("a", 1);
  Move(1);
  std::vector<Completion> run;
  run.push_back([this](bool) { clock_.Advance(absl::Seconds(1)); });
  OutboxWork work;
  work.completions.push_back({std::move(run), true});
  core_.Accept(std::move(work));
  EXPECT_EQ(Step(), Story({"a"}));
}

TEST_F(OutboxCoreTest, WakesAStreamWhenItAskedToBe) {
  const auto a = Known("a", 0);
  a->upkeep.wake_at = absl::Seconds(5);
  Wake(a);
  StepAt(absl::Seconds(1));
  EXPECT_EQ(core_.next_timer(), absl::Seconds(5));
  EXPECT_FALSE(core_.busy());

  a->upkeep.wake_at = absl::Seconds(9);  // later: it is driven once too often, never too late
  EXPECT_EQ(StepAt(absl::Seconds(4)), Story({}));
  EXPECT_EQ(StepAt(absl::Seconds(5)), Story({"a"}));
  EXPECT_EQ(core_.next_timer(), absl::Seconds(9));

  a->upkeep.wake_at = absl::Seconds(7);
  Wake(a);
  StepAt(absl::Seconds(6));
  EXPECT_EQ(StepAt(absl::Seconds(7)), Story({"a"}));
}

TEST_F(OutboxCoreTest, ForgetsAStreamThatIsOver) {
  const auto a = Known("a", 1);
  const auto b = Known("b", 1);
  const auto c = Known("c", 1);
  a->upkeep.over = true;
  Move(1);
  EXPECT_EQ(Step(), Story({"a", "b", "c"}));
  EXPECT_EQ(core_.streams(), 2u);
  EXPECT_EQ(a.use_count(), 1);
  Move(1);
  EXPECT_EQ(Step(), Story({"c", "b"}));

  Wake(a);  // a late wake of one that is over changes nothing
  EXPECT_EQ(Step(), Story({"a"}));
  EXPECT_EQ(core_.streams(), 2u);
}

TEST_F(OutboxCoreTest, DrainsTheStreamsItKnowsAndThoseToCome) {
  const auto a = Known("a", 1);
  OutboxWork work;
  work.drain = absl::Seconds(3);
  core_.Accept(std::move(work));
  EXPECT_EQ(Step(), Story({"a drains until 3s", "a"}));
  Wake(std::make_shared<FakeStream>("late", 1, story_));
  EXPECT_EQ(Step(), Story({"late drains until 3s", "late"}));
}

TEST_F(OutboxCoreTest, AbandonsTheStreamsItKnowsAndThoseToCome) {
  const auto a = Known("a", 1);
  OutboxWork work;
  work.abandoned = true;
  core_.Accept(std::move(work));
  Complete("answer", false);
  EXPECT_EQ(Step(), Story({"a aborts", "answer lost", "a"}));
  Wake(std::make_shared<FakeStream>("late", 1, story_));
  EXPECT_EQ(Step(), Story({"late aborts", "late"}));
}

// Counts, and lets a test wait for a count.
class Counter {
 public:
  void Add() {
    MutexLock lock(mutex_);
    ++count_;
    changed_.NotifyAll();
  }
  void AwaitAtLeast(int count) {
    MutexLock lock(mutex_);
    while (count_ < count) changed_.Wait(mutex_);
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  int count_ ABSL_GUARDED_BY(mutex_) = 0;
};

// Counts how often it is driven; asks to be driven every second; over once told to drain.
class CountingStream final : public OutboxStream {
 public:
  Upkeep Drive(absl::Duration now) override {
    driven.Add();
    return {draining_, 1, now + absl::Seconds(1)};
  }
  void Drain(absl::Duration) override { draining_ = true; }
  void Abort() override { draining_ = true; }

  Counter driven;

 private:
  bool draining_ = false;
};

TEST(OutboxTest, RunsCompletionsAndDrivesStreams) {
  FakeClock clock;
  Counter answered;
  auto stream = std::make_shared<CountingStream>();
  {
    Outbox outbox(clock);
    outbox.Wake(stream);
    stream->driven.AwaitAtLeast(1);
    std::vector<Completion> completions;
    completions.push_back([&](bool durable) {
      EXPECT_TRUE(durable);
      answered.Add();
    });
    outbox.Deliver(std::move(completions), {1});
    answered.AwaitAtLeast(1);
    stream->driven.AwaitAtLeast(2);
    clock.AwaitWaiters(1);
    clock.Advance(absl::Seconds(1));
    stream->driven.AwaitAtLeast(3);
    outbox.Drain(absl::Seconds(1));
    stream->driven.AwaitAtLeast(4);
  }
  EXPECT_EQ(stream.use_count(), 1);
}

TEST(OutboxTest, DoesWhatWasHandedInBeforeItStops) {
  FakeClock clock;
  int lost = 0;
  {
    Outbox outbox(clock);
    std::vector<Completion> completions;
    for (int i = 0; i < 100; ++i) {
      completions.push_back([&](bool durable) { lost += durable ? 0 : 1; });
    }
    outbox.Abandon(std::move(completions));
  }
  EXPECT_EQ(lost, 100);
}

// Tells which of the values it was given it has seen when it was driven.
class MailStream final : public OutboxStream {
 public:
  void Give(int value) { given_ = value; }
  void AwaitSeen(int value) {
    MutexLock lock(mutex_);
    while (seen_ < value) changed_.Wait(mutex_);
  }

  Upkeep Drive(absl::Duration) override {
    MutexLock lock(mutex_);
    seen_ = given_;
    changed_.NotifyAll();
    return {false, 1, absl::InfiniteDuration()};
  }
  void Drain(absl::Duration) override {}
  void Abort() override {}

 private:
  std::atomic<int> given_ = 0;
  Mutex mutex_;
  CondVar changed_;
  int seen_ ABSL_GUARDED_BY(mutex_) = 0;
};

TEST(OutboxTest, NoWakeIsLost) {
  FakeClock clock;
  Outbox outbox(clock);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      auto stream = std::make_shared<MailStream>();
      for (int i = 1; i <= 2000; ++i) {
        stream->Give(i);
        // Every other time through the channel, which the first wake has joined.
        if (i % 2 == 1) {
          outbox.Wake(stream);
        } else {
          outbox.Deliver({}, {1});
        }
        stream->AwaitSeen(i);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace

}  // namespace cache_invalidation::delivery
