// SPDX-License-Identifier: Apache-2.0

// The life of a stream over a real server: how it begins, what it carries, and every way it ends.

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/limits.h"
#include "tests/delivery/delivery_server.h"
#include "tests/fakes/fake_clock.h"

namespace cache_invalidation {
namespace {

class StreamTest : public testing::Test {
 protected:
  void Start(DeliveryServer::Options options) {
    server_ = std::make_unique<DeliveryServer>(std::move(options), clock_);
    channel_ = server_->Connect();
  }
  void Start() { Start({}); }

  // Opens a stream and reads its Started.
  std::unique_ptr<TestStream> Started(const v1::SubscribeRequest& first) {
    auto stream = std::make_unique<TestStream>(channel_, first);
    EXPECT_TRUE(stream->Read().has_started());
    return stream;
  }

  void Publish(const std::vector<Targets>& events) { server_->Publish(history_, events); }

  static grpc::Status EndOf(TestStream& stream) { return stream.Finish(); }

  FakeClock clock_;
  std::unique_ptr<DeliveryServer> server_;
  std::shared_ptr<grpc::Channel> channel_;
  HistoryBuilder history_{"shop"};
};

TEST_F(StreamTest, StartsAtTheHeadAndSendsWhatComes) {
  Start();
  Publish(TagEvents("early:", 2));
  v1::SubscribeRequest first = FirstMessage("shop");
  first.mutable_subscription()->set_instance("me");
  TestStream stream(channel_, first);
  const v1::SubscribeResponse started = stream.Read();
  EXPECT_EQ(started.started().head().epoch(), DeliveryServer::kEpoch);
  EXPECT_EQ(started.started().head().revision(), 2u);
  EXPECT_EQ(started.started().start_after(), 2u);
  EXPECT_EQ(started.started().lease().seconds(), 10);
  EXPECT_EQ(started.started().heartbeat().nanos(), 333'333'333) << "a third of the lease";
  EXPECT_EQ(started.started().instance(), "me");
  Publish(TagEvents("late:", 1));
  const v1::SubscribeResponse event = stream.Read();
  ASSERT_EQ(event.events_size(), 1);
  EXPECT_EQ(event.events(0).revision(), 3u);
  EXPECT_EQ(event.events(0).invalidations(0).tag(), "late:0");
  EXPECT_EQ(server_->hub().subscribers("shop"), 1u);
}

TEST_F(StreamTest, MakesAnInstanceWhereNoneIsGiven) {
  Start();
  TestStream a(channel_, FirstMessage("shop"));
  TestStream b(channel_, FirstMessage("shop"));
  const std::string first = a.Read().started().instance();
  EXPECT_EQ(first.size(), 32u);
  EXPECT_NE(b.Read().started().instance(), first);
}

TEST_F(StreamTest, ResumesInsideTheWindow) {
  Start();
  Publish(TagEvents("tag:", 5));
  TestStream stream(channel_, FirstMessageAfter("shop", 3));
  const v1::SubscribeResponse all = stream.ReadUpTo(5);
  EXPECT_EQ(all.started().start_after(), 3u);
  EXPECT_FALSE(all.has_reset());
  ASSERT_EQ(all.events_size(), 2);
  EXPECT_EQ(all.events(0).revision(), 4u);
}

TEST_F(StreamTest, SendsMuchInFewMessages) {
  Start();
  TestStream stream(channel_, FirstMessageAfter("shop", 0));
  stream.Read();
  for (int group = 0; group < 10; ++group) Publish(TagEvents("tag:", 1000));
  EXPECT_EQ(stream.ReadUpTo(10'000).events_size(), 10'000);
  EXPECT_LT(server_->observer().counts().messages, 100u);
}

TEST_F(StreamTest, SendsARevisionLargerThanAMessageInParts) {
  Start();
  TestStream stream(channel_, FirstMessage("shop"));
  stream.Read();
  Publish({LargeEvent("k", 12, {})});
  int messages = 0;
  uint32_t parts = 0;
  for (bool complete = false; !complete; ++messages) {
    const v1::SubscribeResponse response = stream.Read();
    ASSERT_LE(response.ByteSizeLong(), kMaxSubscribeMessageBytes);
    for (const v1::Event& event : response.events()) {
      EXPECT_EQ(event.revision(), 1u);
      EXPECT_EQ(event.part(), parts++);
      complete = event.last_part();
    }
  }
  EXPECT_GE(messages, 3);
}

TEST_F(StreamTest, FiltersAndTellsProgress) {
  Start();
  v1::SubscribeRequest first = FirstMessage("shop");
  first.mutable_subscription()->add_tags("user:42");
  first.set_sequence(1);
  TestStream stream(channel_, first);
  EXPECT_EQ(stream.ReadUpTo(0).progress().echoed_sequence(), 1u);
  Publish({{.tags = {"order:1"}}, {.tags = {"user:42:name"}}, {.tags = {"order:2"}}});
  const v1::SubscribeResponse event = stream.Read();
  ASSERT_EQ(event.events_size(), 1);
  EXPECT_EQ(event.events(0).revision(), 2u);
  v1::SubscribeRequest renewal;
  renewal.set_sequence(2);
  stream.Send(renewal);
  const v1::SubscribeResponse echo = stream.Read();
  EXPECT_EQ(echo.progress().revision(), 3u);
  EXPECT_EQ(echo.progress().echoed_sequence(), 2u);
}

TEST_F(StreamTest, BeatsItsHeart) {
  Start();
  v1::SubscribeRequest first = FirstMessage("shop");
  first.mutable_subscription()->mutable_lease()->set_seconds(60);
  const auto stream = Started(first);
  for (int beat = 0; beat < 3; ++beat) {
    server_->observer().AwaitMessages(1 + beat);
    clock_.AwaitWaiters(1);
    clock_.Advance(kDefaultHeartbeat);
    EXPECT_TRUE(stream->Read().has_progress());
  }
}

TEST_F(StreamTest, AHalfCloseEndsNothing) {
  Start();
  const auto stream = Started(FirstMessage("shop"));
  stream->HalfClose();
  Publish(TagEvents("tag:", 1));
  EXPECT_EQ(stream->ReadUpTo(1).events_size(), 1);
  Publish(TagEvents("tag:", 1));
  EXPECT_EQ(stream->ReadUpTo(2).events_size(), 1);
}

TEST_F(StreamTest, AStreamThatSaysNothingEnds) {
  Start();
  TestStream silent(channel_);
  TestStream closed(channel_);
  closed.HalfClose();
  const auto open = Started(FirstMessage("shop"));  // so that both others have arrived
  while (server_->service().streams() < 3) std::this_thread::yield();
  clock_.AwaitWaiters(1);
  clock_.Advance(kFirstMessageTimeout);
  EXPECT_EQ(EndOf(silent).error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  EXPECT_EQ(EndOf(closed).error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  Publish(TagEvents("tag:", 1));
  EXPECT_EQ(open->ReadUpTo(1).events_size(), 1);
}

TEST_F(StreamTest, ACancelledStreamIsForgotten) {
  Start();
  Started(FirstMessage("shop"));
  server_->observer().AwaitEnded(1);
  EXPECT_EQ(server_->observer().counts().ended.at(absl::StatusCode::kCancelled), 1u);
  while (server_->service().streams() > 0) std::this_thread::yield();
  EXPECT_EQ(server_->hub().subscribers("shop"), 0u);
  EXPECT_EQ(server_->hub().counts().sessions, 1u) << "its session lives until its lease ends";
}

TEST_F(StreamTest, AnAcknowledgementAboveWhatWasSentEndsIt) {
  Start();
  const auto stream = Started(FirstMessage("shop"));
  Publish(TagEvents("tag:", 2));
  stream->ReadUpTo(2);
  v1::SubscribeRequest acknowledgement;
  acknowledgement.set_acknowledged_revision(2);
  stream->Send(acknowledgement);
  acknowledgement.set_acknowledged_revision(3);
  stream->Send(acknowledgement);
  const grpc::Status status = EndOf(*stream);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_TRUE(absl::StartsWith(status.error_message(), "acknowledged_revision: "));
}

TEST_F(StreamTest, ANewerStreamOfASessionEndsTheOlder) {
  Start();
  v1::SubscribeRequest first = FirstMessage("shop");
  first.mutable_subscription()->set_instance("me");
  const auto older = Started(first);
  const auto other = Started(FirstMessage("shop"));
  const auto newer = Started(first);
  Publish(TagEvents("tag:", 1));
  EXPECT_EQ(EndOf(*older).error_code(), grpc::StatusCode::ABORTED);
  EXPECT_EQ(newer->ReadUpTo(1).events_size(), 1);
  EXPECT_EQ(other->ReadUpTo(1).events_size(), 1);
  EXPECT_EQ(server_->hub().counts().sessions, 2u);
}

TEST_F(StreamTest, ASecondSubscriptionOnAStreamEndsIt) {
  Start();
  const auto stream = Started(FirstMessage("shop"));
  stream->Send(FirstMessage("shop"));
  const grpc::Status status = EndOf(*stream);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(status.error_message(), "subscription: expected on the first message only");
}

TEST_F(StreamTest, RefusesMoreStreamsThanItMayHave) {
  Start({.max_streams = 2});
  const auto a = Started(FirstMessage("shop"));
  auto b = Started(FirstMessage("shop"));
  TestStream c(channel_, FirstMessage("shop"));
  EXPECT_EQ(EndOf(c).error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  b.reset();
  while (server_->service().streams() > 1) std::this_thread::yield();
  Started(FirstMessage("shop"));
}

TEST_F(StreamTest, ADrainingServerSendsWhatIsPublishedAndEndsEveryStream) {
  Start();
  const auto idle = Started(FirstMessage("shop"));
  v1::SubscribeRequest first = FirstMessage("shop");
  first.mutable_subscription()->add_tags("quiet");
  const auto filtered = Started(first);
  Publish(TagEvents("tag:", 20'000));
  server_->outbox().Drain(absl::Hours(1));
  EXPECT_EQ(idle->ReadUpTo(20'000).events_size(), 20'000);
  EXPECT_EQ(EndOf(*idle).error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(filtered->ReadUpTo(20'000).progress().revision(), 20'000u);
  EXPECT_EQ(EndOf(*filtered).error_code(), grpc::StatusCode::UNAVAILABLE);
  TestStream late(channel_, FirstMessage("shop"));
  EXPECT_EQ(EndOf(late).error_code(), grpc::StatusCode::UNAVAILABLE);
}

// However long it may take.
TEST_F(StreamTest, DrainingDoesNotWaitForStreamsThatDoNotRead) {
  Start();
  constexpr size_t kStreams = 20;
  std::vector<std::unique_ptr<TestStream>> stalled;
  for (size_t i = 0; i < kStreams; ++i) stalled.push_back(Started(FirstMessage("shop")));
  for (int i = 0; i < 40; ++i) Publish({LargeEvent("k", 4, {})});
  const absl::Duration begun = clock_.Monotonic();
  server_->outbox().Drain(absl::Hours(1));
  while (server_->observer().counts().stalled < kStreams) {
    clock_.AwaitWaiters(1);
    clock_.Advance(absl::Seconds(1));
  }
  server_->observer().AwaitEnded(kStreams);
  EXPECT_EQ(server_->observer().counts().ended.at(absl::StatusCode::kUnavailable), kStreams);
  EXPECT_LT(clock_.Monotonic() - begun, absl::Minutes(10));
}

TEST_F(StreamTest, AFailedStoreCancelsEveryStreamWithoutSendingMore) {
  Start();
  const auto stream = Started(FirstMessage("shop"));
  commit::Group group = history_.Group(TagEvents("tag:", 1));
  std::atomic<bool> lost = false;
  group.completions.push_back([&](bool durable) { lost = !durable; });
  server_->hub().Abandon(std::move(group));
  EXPECT_FALSE(EndOf(*stream).ok());
  EXPECT_EQ(server_->observer().counts().events, 0u);
  TestStream late(channel_, FirstMessage("shop"));
  EXPECT_FALSE(EndOf(late).ok());
  EXPECT_TRUE(lost);
}

TEST_F(StreamTest, AStreamThatFallsBehindTheWindowIsReset) {
  Start({.event_cache_bytes = 8 << 20, .stored = std::nullopt});
  const auto stream = Started(FirstMessage("shop"));
  for (int i = 0; i < 40; ++i) Publish({LargeEvent("k", 4, {})});
  bool reset = false;
  uint64_t last = 0;
  while (last < 40) {
    const v1::SubscribeResponse response = stream->Read();
    if (response.has_reset()) {
      reset = true;
      EXPECT_EQ(response.reset().reason(), v1::RESET_REASON_TRIMMED);
      EXPECT_GT(response.reset().start_after().revision(), last);
      last = response.reset().start_after().revision();
    }
    for (const v1::Event& event : response.events()) last = event.revision();
  }
  EXPECT_TRUE(reset);
  EXPECT_EQ(server_->observer().counts().resets, 1u);
}

}  // namespace
}  // namespace cache_invalidation
