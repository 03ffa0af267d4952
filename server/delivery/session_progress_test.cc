// SPDX-License-Identifier: Apache-2.0

// What a session is known to have applied, from stream to stream.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "server/delivery/subscription.h"
#include "tests/support/history_builder.h"

namespace cache_invalidation::delivery {
namespace {

class SessionProgressTest : public testing::Test {
 protected:
  void Publish(const std::vector<Targets>& events) {
    const auto chunks = history_.Add(events);
    channel_->Append(chunks, history_.head(), now_);
  }

  static SubscriptionRequest Request() {
    SubscriptionRequest request;
    request.session = {"shop", "cache", "i"};
    request.terms = {true, absl::Seconds(60)};
    return request;
  }
  static SubscriptionRequest After(uint64_t revision, std::string epoch = "e") {
    SubscriptionRequest request = Request();
    request.start_after = Position{std::move(epoch), revision};
    return request;
  }
  static SubscriptionRequest Filtered(SubscriptionRequest request) {
    request.filter = Filter({"user"}, {});
    return request;
  }

  // Opens the next stream of the session and takes what it says first.
  std::unique_ptr<Subscription> Open(SubscriptionRequest request) {
    const uint64_t caches_from = request.start_after ? 0 : channel_->head();
    AttachedSession attached{session_, session_->Attach(request.terms, caches_from, now_)};
    auto subscription =
        std::make_unique<Subscription>(Subscription::Settings{"e", absl::Seconds(5)},
                                       std::move(request), channel_, std::move(attached), now_);
    subscription->Next(now_);
    return subscription;
  }

  void Acknowledge(Subscription& subscription, uint64_t revision) {
    const absl::Status status = subscription.Receive({.acknowledged_revision = revision}, now_);
    EXPECT_TRUE(status.ok()) << status;
  }

  uint64_t applied() const { return session_->state().applied; }

  HistoryBuilder history_{"shop"};
  std::shared_ptr<Channel> channel_ = std::make_shared<Channel>("shop", 1);
  std::shared_ptr<SubscriberSession> session_ =
      std::make_shared<SubscriberSession>(Request().session);
  absl::Duration now_ = absl::Seconds(100);
};

TEST_F(SessionProgressTest, ANewSubscriberHasNothingToApplyBeforeItsStart) {
  Publish(TagEvents("user:", 5));
  const auto subscription = Open(Request());
  EXPECT_EQ(applied(), 5u);
  Publish(TagEvents("user:", 2));
  EXPECT_EQ(applied(), 5u);
  subscription->Next(now_);
  EXPECT_EQ(applied(), 5u) << "sent is not applied";
  Acknowledge(*subscription, 6);
  EXPECT_EQ(applied(), 6u);
}

TEST_F(SessionProgressTest, WhatAFilterHoldsBackIsAppliedOnceItIsPassed) {
  const auto subscription = Open(Filtered(Request()));
  Publish({{.tags = {"a"}}, {.tags = {"user:1"}}, {.tags = {"b"}}, {.tags = {"user:2"}}});
  subscription->Next(now_);
  EXPECT_EQ(applied(), 1u);
  Acknowledge(*subscription, 2);
  EXPECT_EQ(applied(), 3u);
  Acknowledge(*subscription, 4);
  Publish({{.tags = {"a"}}});
  EXPECT_EQ(applied(), 4u) << "not looked at yet";
  EXPECT_TRUE(subscription->Next(now_).empty());
  EXPECT_EQ(applied(), 5u);
}

TEST_F(SessionProgressTest, AProgressMayBeAcknowledged) {
  const auto subscription = Open(Filtered(Request()));
  Publish({{.tags = {"user:1"}}, {.tags = {"a"}}});
  subscription->Next(now_ + absl::Seconds(5));
  Acknowledge(*subscription, 2);
  EXPECT_EQ(applied(), 2u);
}

TEST_F(SessionProgressTest, AResumedStreamHasToAcknowledgeWhereItResumes) {
  auto subscription = Open(Request());
  Publish(TagEvents("user:", 3));
  subscription->Next(now_);
  Acknowledge(*subscription, 1);
  subscription = Open(After(3));
  EXPECT_EQ(applied(), 1u) << "to have received is not to have applied";
  Acknowledge(*subscription, 3);
  EXPECT_EQ(applied(), 3u);
}

TEST_F(SessionProgressTest, AStreamThatGoesBackUndoesNothing) {
  auto subscription = Open(Request());
  Publish(TagEvents("user:", 3));
  subscription->Next(now_);
  Acknowledge(*subscription, 3);
  subscription = Open(After(1));
  EXPECT_EQ(applied(), 3u);
  Publish(TagEvents("user:", 1));
  subscription->Next(now_);
  Acknowledge(*subscription, 4);
  EXPECT_EQ(applied(), 4u);
}

TEST_F(SessionProgressTest, AResetHasToBeAcknowledgedLikeAnEvent) {
  Publish(TagEvents("user:", 3));
  auto subscription = Open(After(9));
  EXPECT_EQ(applied(), 0u);
  Acknowledge(*subscription, 3);
  EXPECT_EQ(applied(), 3u);

  Publish(TagEvents("user:", 1));
  Publish(TagEvents("user:", 2));
  channel_->DropOldest();
  channel_->DropOldest();
  EXPECT_TRUE(subscription->Next(now_).reset.has_value());
  EXPECT_EQ(applied(), 3u);
  Acknowledge(*subscription, 6);
  EXPECT_EQ(applied(), 6u);
}

// They were under way when the Reset was sent.
TEST_F(SessionProgressTest, AcknowledgementsOfAnotherHistorySayNothing) {
  Publish(TagEvents("user:", 5));
  const auto subscription = Open(Filtered(After(9, "another")));
  EXPECT_TRUE(subscription->Receive({.acknowledged_revision = 3}, now_).ok());
  EXPECT_TRUE(subscription->Receive({.acknowledged_revision = 9}, now_).ok());
  EXPECT_EQ(applied(), 0u);
  Acknowledge(*subscription, 5);
  EXPECT_EQ(applied(), 5u);
  EXPECT_FALSE(subscription->Receive({.acknowledged_revision = 9}, now_).ok());
}

TEST_F(SessionProgressTest, AResetWithoutHistoryIsAcknowledgedWithWhatFollows) {
  const auto subscription = Open(Filtered(After(9, "another")));
  Publish({{.tags = {"a"}}});
  subscription->Next(now_);
  EXPECT_EQ(applied(), 0u) << "nothing tells that it has heard of the reset";
  subscription->Next(now_ + absl::Seconds(5));
  Acknowledge(*subscription, 1);
  EXPECT_EQ(applied(), 1u);
}

TEST_F(SessionProgressTest, ANewerStreamTakesOver) {
  const auto old = Open(Request());
  Publish(TagEvents("user:", 2));
  old->Next(now_);
  const auto subscription = Open(After(0));
  EXPECT_TRUE(old->superseded());
  EXPECT_FALSE(subscription->superseded());
  EXPECT_EQ(old->Receive({.acknowledged_revision = 2}, now_).code(), absl::StatusCode::kAborted);
  EXPECT_EQ(applied(), 0u);
  Acknowledge(*subscription, 2);
  EXPECT_EQ(applied(), 2u);
}

TEST_F(SessionProgressTest, AfterItsLeaseASubscriberBeginsAnew) {
  auto subscription = Open(Request());
  Publish(TagEvents("user:", 3));
  subscription->Next(now_);
  now_ += absl::Minutes(2);
  subscription = Open(After(2));
  EXPECT_EQ(applied(), 0u) << "where it resumes is not what it has applied";
  Acknowledge(*subscription, 2);
  EXPECT_EQ(applied(), 2u);
}

// As after a restart of the server, or at another one.
TEST_F(SessionProgressTest, WhoIsNewAndResumesHasToAcknowledgeWhereItResumes) {
  Publish(TagEvents("user:", 5));
  const auto subscription = Open(Filtered(After(3)));
  EXPECT_EQ(applied(), 0u) << "to have received elsewhere is not to have applied";
  Publish({{.tags = {"a"}}});
  subscription->Next(now_);
  EXPECT_EQ(applied(), 0u);
  Acknowledge(*subscription, 2);
  EXPECT_EQ(applied(), 2u);
  Acknowledge(*subscription, 3);
  EXPECT_EQ(applied(), 3u);
  Acknowledge(*subscription, 5);
  EXPECT_EQ(applied(), 6u);
}

TEST_F(SessionProgressTest, TellsOfProgressThatSomebodyWaitsFor) {
  const auto subscription = Open(Filtered(Request()));
  Publish({{.tags = {"user:1"}}, {.tags = {"a"}}});
  subscription->Next(now_);
  Acknowledge(*subscription, 1);
  EXPECT_FALSE(subscription->TakeAwaitedProgress());
  session_->Watch();
  Publish({{.tags = {"user:1"}}, {.tags = {"a"}}});
  subscription->Next(now_);
  EXPECT_FALSE(subscription->TakeAwaitedProgress());
  Acknowledge(*subscription, 3);
  EXPECT_TRUE(subscription->TakeAwaitedProgress());
  EXPECT_FALSE(subscription->TakeAwaitedProgress());
  Publish({{.tags = {"a"}}});
  subscription->Next(now_);
  EXPECT_TRUE(subscription->TakeAwaitedProgress()) << "passing is progress, too";
}

}  // namespace
}  // namespace cache_invalidation::delivery
