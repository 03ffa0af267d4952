// SPDX-License-Identifier: Apache-2.0

#include "server/delivery/stream_core.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/fakes/fake_clock.h"
#include "tests/fakes/silent_delivery_observer.h"
#include "tests/support/history_builder.h"

namespace cache_invalidation::delivery {
namespace {

// A call whose other end the test is.
class FakeTransport final : public StreamTransport {
 public:
  void Read() override { ++reads; }
  size_t Encode(const Message& message) override {
    encoded = message;
    return 1;
  }
  void Write() override { written.push_back(encoded); }
  void End(const absl::Status& status) override { ended = status; }
  void Cancel() override { ++cancels; }

  int reads = 0;
  int cancels = 0;
  Message encoded;
  std::vector<Message> written;
  std::optional<absl::Status> ended;
};

// Counts wake-ups, and runs no stream by itself.
class FakeOutbox final : public Outlet, public StreamWaker {
 public:
  void Deliver(std::vector<Completion>, std::vector<uint64_t>) override {}
  void Abandon(std::vector<Completion>) override {}
  void Wake(std::shared_ptr<OutboxStream>) override { ++wakes; }

  // How often it was woken since this was last asked.
  int TakeWakes() { return std::exchange(wakes, 0); }

  int wakes = 0;
};

class StreamCoreTest : public testing::Test {
 protected:
  static HubOptions Options() {
    HubOptions options;
    options.epoch = "e";
    options.heartbeat = absl::Seconds(2);
    return options;
  }

  static ReceivedMessage First() {
    SubscriptionRequest request;
    request.session = {"shop", "web", "1"};
    request.terms = {.acknowledges = true, .lease = absl::Seconds(9)};
    return {std::move(request), {}};
  }

  OutboxStream::Upkeep Drive() { return stream_->Drive(clock_.Monotonic()); }
  void Publish(const std::vector<Targets>& events) { hub_.Publish(history_.Group(events)); }

  // Until the client has read Started.
  void Open() {
    stream_->OnRead(First());
    (void)Drive();
    stream_->OnWritten(true);
    ASSERT_EQ(transport_.written.size(), 1u);
    ASSERT_TRUE(transport_.written[0].started.has_value());
    outbox_.TakeWakes();
  }

  // What the store has to write before a lease may be told.
  std::vector<commit::Group> lease_groups_;

  FakeClock clock_;
  SilentDeliveryObserver observer_;
  FakeOutbox outbox_;
  Hub hub_{Options(), clock_, outbox_};
  std::shared_ptr<WaitingCalls> waiting_ = WaitingCalls::Make(hub_, outbox_, clock_, observer_, {});
  LeaseRecord leases_{
      {.noted = absl::Seconds(10), .longest = absl::Seconds(10), .until = absl::InfiniteDuration()},
      [this](commit::Group group) {
        lease_groups_.push_back(std::move(group));
        return true;
      }};
  HistoryBuilder history_{"shop"};
  FakeTransport transport_;
  std::shared_ptr<StreamCore> stream_ =
      StreamCore::Start({hub_, outbox_, *waiting_, leases_, clock_, observer_}, transport_);
};

TEST_F(StreamCoreTest, ReadsAndMakesItselfKnownAtOnce) {
  EXPECT_EQ(transport_.reads, 1);
  EXPECT_EQ(outbox_.TakeWakes(), 1);
  EXPECT_EQ(Drive().wake_at, clock_.Monotonic() + kFirstMessageTimeout);
  EXPECT_TRUE(transport_.written.empty());
}

TEST_F(StreamCoreTest, EndsWithoutAFirstMessage) {
  clock_.Advance(kFirstMessageTimeout);
  (void)Drive();
  ASSERT_TRUE(transport_.ended.has_value());
  EXPECT_EQ(transport_.ended->code(), absl::StatusCode::kDeadlineExceeded);
}

TEST_F(StreamCoreTest, AWrongMessageEndsIt) {
  stream_->OnRead(absl::InvalidArgumentError("name: required"));
  EXPECT_EQ(*transport_.ended, absl::InvalidArgumentError("name: required"));
  EXPECT_EQ(transport_.reads, 1);
}

TEST_F(StreamCoreTest, AMessageWakesTheOutboxAndIsFollowedByAnother) {
  outbox_.TakeWakes();
  stream_->OnRead(First());
  EXPECT_EQ(transport_.reads, 2);
  EXPECT_EQ(outbox_.TakeWakes(), 1);
  const OutboxStream::Upkeep upkeep = Drive();
  EXPECT_NE(upkeep.channel, 0u);
  EXPECT_EQ(upkeep.wake_at, clock_.Monotonic() + absl::Seconds(2));
  ASSERT_EQ(transport_.written.size(), 1u);
}

// What cannot be told to the client before the store has it.
TEST_F(StreamCoreTest, WaitsForItsLease) {
  ReceivedMessage first = First();
  first.subscription->terms.lease = absl::Seconds(30);
  stream_->OnRead(std::move(first));
  (void)Drive();
  EXPECT_TRUE(transport_.written.empty());
  ASSERT_EQ(lease_groups_.size(), 1u);
  outbox_.TakeWakes();
  for (auto& done : lease_groups_[0].completions) done(true);
  EXPECT_EQ(outbox_.TakeWakes(), 1);
  (void)Drive();
  EXPECT_EQ(transport_.written.size(), 1u);
}

// It comes from another server, whose other subscribers may still serve what they have.
TEST_F(StreamCoreTest, ASubscriberOfAnotherEpochLetsCallsWaitForOthersLikeIt) {
  LeaseRecord doubtful({.noted = absl::Seconds(60),
                        .longest = absl::ZeroDuration(),
                        .until = -absl::InfiniteDuration(),
                        .doubt_longest = absl::Seconds(60),
                        .doubt_until = clock_.Monotonic() + absl::Seconds(66)},
                       [](commit::Group) { return true; });
  FakeTransport transport;
  const auto stream =
      StreamCore::Start({hub_, outbox_, *waiting_, doubtful, clock_, observer_}, transport);
  const auto strangers = [this] {
    std::optional<WaitOutcome> outcome;
    waiting_->Wait("shop", 0, {.timeout = absl::ZeroDuration()},
                   [&](WaitOutcome ended) { outcome = ended; });
    (void)waiting_->Drive(clock_.Monotonic());
    return outcome.has_value() && outcome->unknown_late;
  };
  EXPECT_FALSE(strangers());
  ReceivedMessage first = First();
  first.subscription->start_after = Position{"another epoch", 7};
  stream->OnRead(std::move(first));
  EXPECT_TRUE(strangers());
  stream->OnCancel();
  stream->OnDone();
}

TEST_F(StreamCoreTest, WritesOneMessageAtATime) {
  Open();
  Publish(TagEvents("a:", 1));
  (void)Drive();
  EXPECT_EQ(transport_.written.size(), 2u);
  Publish(TagEvents("b:", 1));
  (void)Drive();
  EXPECT_EQ(transport_.written.size(), 2u);
  stream_->OnWritten(true);
  EXPECT_EQ(outbox_.TakeWakes(), 1) << "something waits";
  (void)Drive();
  EXPECT_EQ(transport_.written.size(), 3u);
  stream_->OnWritten(true);
  EXPECT_EQ(outbox_.TakeWakes(), 0) << "nothing waits";
}

TEST_F(StreamCoreTest, AHeartbeatThatBecameDueDuringAWriteIsSentAfterIt) {
  Open();
  Publish(TagEvents("a:", 1));
  (void)Drive();
  clock_.Advance(absl::Seconds(2));
  EXPECT_EQ(Drive().wake_at, absl::InfiniteDuration());
  stream_->OnWritten(true);
  EXPECT_EQ(outbox_.TakeWakes(), 1);
  (void)Drive();
  ASSERT_EQ(transport_.written.size(), 3u);
  EXPECT_TRUE(transport_.written[2].progress.has_value());
}

TEST_F(StreamCoreTest, GoesOnAtOnceWhenMuchWaits) {
  Open();
  Publish(TagEvents("a:", 1));
  (void)Drive();
  Publish(TagEvents("b:", 5000));
  stream_->OnWritten(true);
  EXPECT_EQ(transport_.written.size(), 3u) << "without the outbox";
}

// The timer of the heartbeat ran out during the first write, and the second starts without a turn.
TEST_F(StreamCoreTest, HeartbeatsGoOnAfterWritesThatFollowEachOther) {
  Open();
  Publish(TagEvents("a:", 1));
  (void)Drive();
  clock_.Advance(absl::Seconds(2));
  EXPECT_EQ(Drive().wake_at, absl::InfiniteDuration());
  Publish(TagEvents("b:", 5000));
  stream_->OnWritten(true);
  ASSERT_EQ(transport_.written.size(), 3u);
  outbox_.TakeWakes();
  stream_->OnWritten(true);
  EXPECT_EQ(outbox_.TakeWakes(), 1);
  EXPECT_EQ(Drive().wake_at, clock_.Monotonic() + absl::Seconds(2));
}

TEST_F(StreamCoreTest, DrainsWhatWasPublished) {
  Open();
  Publish(TagEvents("a:", 1));
  const absl::Duration deadline = clock_.Monotonic() + absl::Seconds(1);
  stream_->Drain(deadline);
  EXPECT_EQ(Drive().wake_at, deadline);
  ASSERT_EQ(transport_.written.size(), 2u);
  EXPECT_EQ(transport_.written[1].events.events, 1u);
  EXPECT_EQ(transport_.written[1].progress->revision, 1u);
  EXPECT_FALSE(transport_.ended.has_value());
  stream_->OnWritten(true);
  EXPECT_EQ(outbox_.TakeWakes(), 1);
  (void)Drive();
  EXPECT_EQ(*transport_.ended,
            absl::UnavailableError("the server is draining: connect again and resume after "
                                   "revision 1 of epoch e"));
  EXPECT_EQ(transport_.written.size(), 2u);
}

// Nothing happens in its namespace; it hears once more where it is.
TEST_F(StreamCoreTest, DrainingEndsAnIdleStreamWithItsPosition) {
  Publish(TagEvents("a:", 7));
  Open();
  stream_->Drain(clock_.Monotonic() + absl::Hours(1));
  (void)Drive();
  ASSERT_EQ(transport_.written.size(), 2u);
  EXPECT_EQ(transport_.written[1].progress->revision, 7u);
  EXPECT_FALSE(transport_.ended.has_value()) << "it can be read first";
  stream_->OnWritten(true);
  (void)Drive();
  EXPECT_EQ(transport_.written.size(), 2u);
  EXPECT_THAT(std::string(transport_.ended->message()),
              testing::HasSubstr("resume after revision 7 of epoch e"));
}

TEST_F(StreamCoreTest, DrainingEndsAStreamThatHasNotSaidWhatItWants) {
  stream_->Drain(clock_.Monotonic() + absl::Hours(1));
  (void)Drive();
  EXPECT_EQ(*transport_.ended, absl::UnavailableError("the server is draining: connect again"));
}

// However long the server may take: a client that reads nothing gets nothing by waiting for it.
TEST_F(StreamCoreTest, DrainingCancelsAWriteThatIsStalled) {
  Open();
  Publish(TagEvents("a:", 1));
  (void)Drive();
  clock_.Advance(absl::Hours(1));
  stream_->Drain(clock_.Monotonic() + absl::Hours(1));
  EXPECT_EQ(Drive().wake_at, clock_.Monotonic() + StreamCore::kDrainPatience)
      << "from the beginning of the drain";
  EXPECT_FALSE(transport_.ended.has_value());
  clock_.Advance(StreamCore::kDrainPatience);
  (void)Drive();
  EXPECT_EQ(transport_.ended->code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(transport_.cancels, 1);
  (void)Drive();
  EXPECT_EQ(transport_.cancels, 1);
}

TEST_F(StreamCoreTest, DrainingWaitsForAClientThatReads) {
  Open();
  constexpr int kMessages = 5;
  Publish(TagEvents("a:", 1));
  (void)Drive();
  stream_->Drain(clock_.Monotonic() + absl::Hours(1));
  for (int i = 0; i < kMessages; ++i) {
    clock_.Advance(StreamCore::kDrainPatience - absl::Milliseconds(1));
    (void)Drive();
    ASSERT_FALSE(transport_.ended.has_value()) << i;
    Publish(TagEvents("b:", 1));
    stream_->OnWritten(true);
    (void)Drive();
  }
  stream_->OnWritten(true);
  (void)Drive();
  EXPECT_EQ(transport_.written.size(), 2u + kMessages);
  EXPECT_EQ(transport_.ended->code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(transport_.cancels, 0);
}

// Its end, too, may be stuck behind what the client does not read.
TEST_F(StreamCoreTest, DrainingCancelsAStreamWhoseEndIsNotTaken) {
  Open();
  stream_->Drain(clock_.Monotonic() + absl::Hours(1));
  (void)Drive();
  stream_->OnWritten(true);
  const absl::Duration wake_at = Drive().wake_at;
  EXPECT_EQ(transport_.ended->code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(wake_at, clock_.Monotonic() + StreamCore::kFinishPatience);
  clock_.Advance(StreamCore::kFinishPatience);
  (void)Drive();
  EXPECT_EQ(transport_.cancels, 1);
}

TEST_F(StreamCoreTest, DrainingDoesNotWaitForALeaseThatIsNotGranted) {
  ReceivedMessage first = First();
  first.subscription->terms.lease = absl::Seconds(30);
  stream_->OnRead(std::move(first));
  (void)Drive();
  EXPECT_EQ(lease_groups_.size(), 1u);
  EXPECT_TRUE(transport_.written.empty());
  stream_->Drain(clock_.Monotonic() + absl::Hours(1));
  (void)Drive();
  ASSERT_TRUE(transport_.ended.has_value());
  EXPECT_EQ(transport_.ended->code(), absl::StatusCode::kUnavailable);
}

TEST_F(StreamCoreTest, AStalledStreamIsCancelled) {
  Open();
  Publish(TagEvents("a:", 1));
  stream_->Drain(clock_.Monotonic());
  (void)Drive();
  EXPECT_EQ(transport_.ended->code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(outbox_.TakeWakes(), 1) << "its end has to be watched";
  const absl::Duration cancel_at = clock_.Monotonic() + StreamCore::kFinishPatience;
  EXPECT_EQ(Drive().wake_at, cancel_at);
  EXPECT_EQ(transport_.cancels, 0);
  clock_.Advance(StreamCore::kFinishPatience);
  (void)Drive();
  EXPECT_EQ(transport_.cancels, 1);
  (void)Drive();
  EXPECT_EQ(transport_.cancels, 1);
}

TEST_F(StreamCoreTest, ANewerStreamOfTheSessionEndsIt) {
  Open();
  FakeTransport newer;
  const auto second =
      StreamCore::Start({hub_, outbox_, *waiting_, leases_, clock_, observer_}, newer);
  second->OnRead(First());
  (void)Drive();
  EXPECT_EQ(*transport_.ended, SupersededError());
  second->OnDone();
}

TEST_F(StreamCoreTest, AClientThatLeavesEndsItWell) {
  Open();
  stream_->OnRead(ReceivedMessage{std::nullopt, {.leaves = true}});
  EXPECT_TRUE(transport_.ended->ok());
}

TEST_F(StreamCoreTest, TheFirstReasonToEndCounts) {
  Open();
  stream_->OnCancel();
  stream_->Abort();
  stream_->OnRead(absl::InvalidArgumentError("too late"));
  EXPECT_EQ(transport_.ended->code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(transport_.cancels, 1) << "Abort cancels whatever is pending";
}

TEST_F(StreamCoreTest, AFailedWriteEndsIt) {
  Open();
  Publish(TagEvents("a:", 1));
  (void)Drive();
  stream_->OnWritten(false);
  EXPECT_EQ(transport_.ended->code(), absl::StatusCode::kCancelled);
}

TEST_F(StreamCoreTest, IsOverWhenItsCallIsDone) {
  Open();
  EXPECT_EQ(hub_.subscribers("shop"), 1u);
  stream_->OnCancel();
  outbox_.TakeWakes();
  stream_->OnDone();
  EXPECT_EQ(hub_.subscribers("shop"), 0u);
  EXPECT_EQ(outbox_.TakeWakes(), 1);
  EXPECT_TRUE(Drive().over);
  stream_->Abort();
  EXPECT_EQ(transport_.cancels, 0);
}

}  // namespace
}  // namespace cache_invalidation::delivery
