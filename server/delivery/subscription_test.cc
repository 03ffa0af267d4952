// SPDX-License-Identifier: Apache-2.0

#include "server/delivery/subscription.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/history_builder.h"

namespace cache_invalidation::delivery {
namespace {

constexpr absl::Duration kHeartbeat = absl::Seconds(5);
class SubscriptionTest : public testing::Test {
 protected:
  void Publish(const std::vector<Targets>& events) {
    const auto chunks = history_->Add(events);
    channel_->Append(chunks, history_->head(), now_);
  }

  SubscriptionRequest Request() {
    SubscriptionRequest request;
    request.session = {"shop", "cache", "i"};
    request.terms = {true, absl::Seconds(60)};
    return request;
  }

  static SubscriptionRequest After(SubscriptionRequest request, std::string epoch,
                                   uint64_t revision) {
    request.start_after = Position{std::move(epoch), revision};
    return request;
  }

  static SubscriptionRequest Filtered(SubscriptionRequest request, std::string tag) {
    request.filter = Filter({std::move(tag)}, {"none"});
    return request;
  }

  std::unique_ptr<Subscription> Open(SubscriptionRequest request) {
    session_ = std::make_shared<SubscriberSession>(request.session);
    return OpenAgain(std::move(request));
  }

  // The next stream of the same session.
  std::unique_ptr<Subscription> OpenAgain(SubscriptionRequest request) {
    AttachedSession attached{session_, session_->Attach(request.terms, channel_->head(), now_)};
    return std::make_unique<Subscription>(Subscription::Settings{"e", kHeartbeat},
                                          std::move(request), channel_, std::move(attached), now_);
  }

  // Opens a subscription and takes what it says first.
  std::unique_ptr<Subscription> Started(SubscriptionRequest request) {
    auto subscription = Open(std::move(request));
    EXPECT_TRUE(subscription->Next(now_).started.has_value());
    return subscription;
  }

  std::optional<HistoryBuilder> history_{std::in_place, "shop", kSmallParts};
  std::shared_ptr<Channel> channel_ = std::make_shared<Channel>("shop", 1);
  std::shared_ptr<SubscriberSession> session_;
  absl::Duration now_ = absl::Seconds(100);
};

TEST_F(SubscriptionTest, BeginsAtTheHead) {
  Publish(TagEvents("tag:", 3));
  const auto subscription = Open(Request());
  EXPECT_TRUE(subscription->SomethingWaits());
  const Message first = subscription->Next(now_);
  ASSERT_TRUE(first.started.has_value());
  EXPECT_EQ(first.started->head, (Position{"e", 3}));
  EXPECT_EQ(first.started->start_after, 3u);
  EXPECT_EQ(first.started->lease, absl::Seconds(60));
  EXPECT_EQ(first.started->heartbeat, kHeartbeat);
  EXPECT_EQ(first.started->instance, "i");
  EXPECT_FALSE(first.reset.has_value());
  EXPECT_EQ(first.events.events, 0u);
  EXPECT_FALSE(subscription->SomethingWaits());
  EXPECT_TRUE(subscription->Next(now_).empty());

  Publish(TagEvents("tag:", 2));
  EXPECT_TRUE(subscription->SomethingWaits());
  EXPECT_EQ(subscription->Next(now_).events.events, 2u);
}

TEST_F(SubscriptionTest, ResumesAfterAPositionInTheFirstMessage) {
  Publish(TagEvents("tag:", 5));
  const Message first = Open(After(Request(), "e", 2))->Next(now_);
  EXPECT_EQ(first.started->start_after, 2u);
  EXPECT_EQ(first.started->head.revision, 5u);
  EXPECT_FALSE(first.reset.has_value());
  EXPECT_EQ(first.events.events, 3u);
}

TEST_F(SubscriptionTest, ResetsWhereHistoryCannotBeContinued) {
  Publish(TagEvents("tag:", 2));
  Publish(TagEvents("tag:", 3));
  channel_->DropOldest();
  struct Row {
    const char* epoch;
    uint64_t revision;
    ResetReason reason;
  };
  for (const Row& row : std::vector<Row>{{"other", 4, ResetReason::kEpoch},
                                         {"e", 1, ResetReason::kTrimmed},
                                         {"e", 6, ResetReason::kAhead}}) {
    const auto subscription = Open(After(Request(), row.epoch, row.revision));
    const Message first = subscription->Next(now_);
    ASSERT_TRUE(first.reset.has_value());
    EXPECT_EQ(first.reset->reason, row.reason);
    EXPECT_EQ(first.reset->oldest_revision, 3u);
    EXPECT_EQ(first.reset->start_after, (Position{"e", 5}));
    EXPECT_EQ(first.events.events, 0u);
    Publish(TagEvents("tag:", 1));
    EXPECT_EQ(subscription->Next(now_).events.events, 1u);
    channel_ = std::make_shared<Channel>("shop", 1);
    history_.emplace("shop", kSmallParts);
    Publish(TagEvents("tag:", 2));
    Publish(TagEvents("tag:", 3));
    channel_->DropOldest();
  }
}

TEST_F(SubscriptionTest, StartAndResetNameOnePositionThoughTheHeadHasAdvancedSince) {
  const auto subscription = Open(After(Request(), "other", 4));
  Publish(TagEvents("tag:", 3));
  const Message first = subscription->Next(now_);
  ASSERT_TRUE(first.started.has_value());
  ASSERT_TRUE(first.reset.has_value());
  EXPECT_EQ(first.started->start_after, 3u);
  EXPECT_EQ(first.reset->start_after, (Position{"e", 3}));
  EXPECT_EQ(first.events.events, 0u);
}

TEST_F(SubscriptionTest, AResetOfANamespaceWithoutHistoryHasNoOldestRevision) {
  const Message first = Open(After(Request(), "e", 6))->Next(now_);
  EXPECT_EQ(first.reset->reason, ResetReason::kAhead);
  EXPECT_EQ(first.reset->oldest_revision, 0u);
  EXPECT_EQ(first.reset->start_after, (Position{"e", 0}));
}

TEST_F(SubscriptionTest, ResetsAStreamThatFellBehindAndGoesOnFromTheHead) {
  Publish(TagEvents("tag:", 1));
  const auto subscription = Started(After(Request(), "e", 0));
  Publish(TagEvents("tag:", 2));
  Publish(TagEvents("tag:", 3));
  channel_->DropOldest();
  channel_->DropOldest();
  const Message message = subscription->Next(now_);
  EXPECT_FALSE(message.started.has_value());
  ASSERT_TRUE(message.reset.has_value());
  EXPECT_EQ(message.reset->reason, ResetReason::kTrimmed);
  EXPECT_EQ(message.reset->start_after.revision, 6u);
  EXPECT_EQ(message.events.events, 0u);
  Publish(TagEvents("tag:", 1));
  EXPECT_EQ(subscription->Next(now_).events.completed, 7u);
}

TEST_F(SubscriptionTest, EchoesAfterEverythingPublishedBeforeTheMessageArrived) {
  const auto subscription = Started(Request());
  Publish(TagEvents("tag:", 2));
  ASSERT_TRUE(subscription->Receive({.sequence = 7}, now_).ok());
  const Message message = subscription->Next(now_);
  EXPECT_EQ(message.events.completed, 2u);
  ASSERT_TRUE(message.progress.has_value());
  EXPECT_EQ(message.progress->revision, 2u);
  EXPECT_EQ(message.progress->echoed_sequence, 7u);
  EXPECT_TRUE(subscription->Next(now_).empty());

  ASSERT_TRUE(subscription->Receive({.sequence = 8}, now_).ok());
  EXPECT_TRUE(subscription->SomethingWaits());
  EXPECT_EQ(subscription->Next(now_).progress->echoed_sequence, 8u) << "also without events";
  ASSERT_TRUE(subscription->Receive({}, now_).ok());
  EXPECT_TRUE(subscription->Next(now_).empty()) << "a message without sequence asks for nothing";
}

TEST_F(SubscriptionTest, NoEchoWhileEarlierEventsWait) {
  const auto subscription = Started(Request());
  const wire::EncoderLimits limits;
  history_.emplace("shop", limits);
  Publish({LargeEvent("k", 10, limits)});  // more than one message
  ASSERT_TRUE(subscription->Receive({.sequence = 1}, now_).ok());
  Publish(TagEvents("tag:", 1));
  ASSERT_TRUE(subscription->Receive({.sequence = 2}, now_).ok());
  int messages = 0;
  for (;; ++messages) {
    const Message message = subscription->Next(now_);
    if (!message.progress) continue;
    EXPECT_EQ(message.progress->revision, 2u);
    EXPECT_EQ(message.progress->echoed_sequence, 2u);
    break;
  }
  EXPECT_GE(messages, 2);
}

TEST_F(SubscriptionTest, ManyWaitingEchoesAreMergedIntoTheNewest) {
  const auto subscription = Started(Request());
  for (uint64_t i = 1; i <= 1000; ++i) {
    Publish(TagEvents("tag:", 1));
    ASSERT_TRUE(subscription->Receive({.sequence = i}, now_).ok());
  }
  const Message message = subscription->Next(now_);
  EXPECT_EQ(message.progress->revision, 1000u);
  EXPECT_EQ(message.progress->echoed_sequence, 1000u);
}

TEST_F(SubscriptionTest, BeatsItsHeartWhenNothingElseIsSaid) {
  const auto subscription = Started(Request());
  EXPECT_EQ(subscription->heartbeat_at(), now_ + kHeartbeat);
  EXPECT_TRUE(subscription->Next(now_ + kHeartbeat - absl::Milliseconds(1)).empty());
  now_ += kHeartbeat;
  const Message beat = subscription->Next(now_);
  EXPECT_EQ(beat.progress->revision, 0u);
  EXPECT_EQ(subscription->heartbeat_at(), now_ + kHeartbeat);
  Publish(TagEvents("tag:", 1));
  now_ += kHeartbeat / 2;
  subscription->Next(now_);
  EXPECT_EQ(subscription->heartbeat_at(), now_ + kHeartbeat) << "an event does as well";
}

TEST_F(SubscriptionTest, TheHeartbeatIsNeverLongerThanAThirdOfTheLease) {
  SubscriptionRequest request = Request();
  request.terms.lease = absl::Seconds(3);
  const auto subscription = Open(std::move(request));
  EXPECT_EQ(subscription->Next(now_).started->heartbeat, absl::Seconds(1));
  EXPECT_EQ(subscription->heartbeat_at(), now_ + absl::Seconds(1));
}

TEST_F(SubscriptionTest, AHeartbeatTellsHowFarAFilteredStreamGot) {
  const auto subscription = Started(Filtered(Request(), "quiet"));
  Publish(TagEvents("loud:", 9));
  EXPECT_TRUE(subscription->Next(now_).empty());
  EXPECT_FALSE(subscription->SomethingWaits()) << "looked at, and of no concern";
  now_ += kHeartbeat;
  EXPECT_EQ(subscription->Next(now_).progress->revision, 9u);
}

TEST_F(SubscriptionTest, TellsThatARevisionIsCompleteWhoseLastPartDoesNotPass) {
  const auto subscription = Started(Filtered(Request(), "user:1"));
  Targets targets = LargeEvent("k", 3, kSmallParts);
  targets.tags = {"user:1"};  // in the first part
  Publish({targets});
  const Message message = subscription->Next(now_);
  EXPECT_EQ(message.events.events, 1u);
  EXPECT_EQ(message.events.completed, 0u);
  ASSERT_TRUE(message.progress.has_value());
  EXPECT_EQ(message.progress->revision, 1u);
}

TEST_F(SubscriptionTest, RefusesAnAcknowledgementAboveWhatWasSent) {
  const auto subscription = Started(After(Request(), "e", 0));
  Publish(TagEvents("tag:", 3));
  const absl::Status early = subscription->Receive({.acknowledged_revision = 1}, now_);
  EXPECT_EQ(early.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(early.message(),
            "acknowledged_revision: expected at most 0, the last revision that was sent, got 1");
  subscription->Next(now_);
  EXPECT_TRUE(subscription->Receive({.acknowledged_revision = 3}, now_).ok());
  EXPECT_TRUE(subscription->Receive({.acknowledged_revision = 2}, now_).ok());
  EXPECT_EQ(session_->state().applied, 3u);
  EXPECT_FALSE(subscription->Receive({.acknowledged_revision = 4}, now_).ok());
}

TEST_F(SubscriptionTest, AFilteredStreamMayAcknowledgeWhatAProgressTold) {
  const auto subscription = Started(Filtered(Request(), "quiet"));
  Publish(TagEvents("loud:", 9));
  subscription->Next(now_);
  EXPECT_FALSE(subscription->Receive({.acknowledged_revision = 9}, now_).ok());
  subscription->Next(now_ + kHeartbeat);
  EXPECT_TRUE(subscription->Receive({.acknowledged_revision = 9}, now_).ok());
}

TEST_F(SubscriptionTest, ARevisionIsSentOnlyWithItsLastPart) {
  const wire::EncoderLimits limits;
  history_.emplace("shop", limits);
  const auto subscription = Started(Request());
  Publish({LargeEvent("k", 10, limits)});
  EXPECT_GT(subscription->Next(now_).events.events, 0u);
  EXPECT_FALSE(subscription->Receive({.acknowledged_revision = 1}, now_).ok());
}

TEST_F(SubscriptionTest, APartOfARevisionTellsThatThoseBeforeItAreComplete) {
  const wire::EncoderLimits limits;
  history_.emplace("shop", limits);
  SubscriptionRequest request = Request();
  request.filter = Filter({"quiet"}, {"k"});
  const auto subscription = Started(std::move(request));
  Publish(TagEvents("loud:", 3));
  Publish({LargeEvent("k", 10, limits)});
  EXPECT_EQ(subscription->Next(now_).events.unfinished, 4u);
  EXPECT_FALSE(subscription->Receive({.acknowledged_revision = 4}, now_).ok());
  EXPECT_TRUE(subscription->Receive({.acknowledged_revision = 3}, now_).ok());
}

TEST_F(SubscriptionTest, TheFirstMessageMayAcknowledgeTheStartPosition) {
  Publish(TagEvents("tag:", 5));
  EXPECT_TRUE(Open(After(Request(), "e", 2))->Receive({.acknowledged_revision = 2}, now_).ok());
  EXPECT_FALSE(Open(After(Request(), "e", 2))->Receive({.acknowledged_revision = 3}, now_).ok());
  // What belongs to a history that cannot be continued says nothing.
  const auto subscription = Open(After(Request(), "other", 70));
  EXPECT_TRUE(subscription->Receive({.acknowledged_revision = 70}, now_).ok());
  EXPECT_EQ(session_->state().applied, 0u);
}

TEST_F(SubscriptionTest, EveryMessageRenewsTheLease) {
  const auto subscription = Started(Request());
  const absl::Duration first = session_->state().lease_end;
  now_ += absl::Seconds(20);
  ASSERT_TRUE(subscription->Receive({.sequence = 2}, now_).ok());
  EXPECT_EQ(session_->state().lease_end, first + absl::Seconds(20));
}

TEST_F(SubscriptionTest, TheLastMessageTellsHowFarItGot) {
  const auto subscription = Started(Filtered(Request(), "quiet"));
  Publish(TagEvents("loud:", 9));
  EXPECT_EQ(subscription->Last(now_).progress->revision, 9u);
  EXPECT_TRUE(subscription->Last(now_).empty());
}

TEST_F(SubscriptionTest, DetachesItsSession) {
  auto subscription = Open(Request());
  EXPECT_EQ(session_->state().streams, 1);
  subscription.reset();
  EXPECT_EQ(session_->state().streams, 0);
}

}  // namespace
}  // namespace cache_invalidation::delivery
