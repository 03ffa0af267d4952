// SPDX-License-Identifier: Apache-2.0

#include "server/delivery/waiting_calls.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "server/delivery/outbox.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/silent_delivery_observer.h"

namespace cache_invalidation::delivery {
namespace {

class WaitingCallsTest : public testing::Test {
 protected:
  static HubOptions Options() {
    HubOptions options;
    options.epoch = "e";
    return options;
  }

  FakeClock clock_;
  SilentDeliveryObserver observer_;
  Outbox outbox_{clock_};
  Hub hub_{Options(), clock_, outbox_};
  std::shared_ptr<WaitingCalls> waiting_ = WaitingCalls::Make(hub_, outbox_, clock_, observer_, {});
};

TEST_F(WaitingCallsTest, TakesInAsManyAsItMayHoldAndGivesPlacesBack) {
  std::vector<WaitingCalls::Place> places;
  for (size_t i = 0; i < kMaxAwaited; ++i) {
    const std::string name = absl::StrCat("shop", i % 5);
    std::optional<WaitingCalls::Place> place = waiting_->Admit(name);
    ASSERT_TRUE(place.has_value());
    places.push_back(*std::move(place));
  }
  EXPECT_FALSE(waiting_->Admit("shop").has_value());
  EXPECT_FALSE(waiting_->Admit("shop0").has_value());
  places.pop_back();
  EXPECT_TRUE(waiting_->Admit("shop").has_value());
  places.clear();
  EXPECT_TRUE(waiting_->Admit("shop").has_value());
}

// A namespace whose calls wait in masses leaves room for the others.
TEST_F(WaitingCallsTest, ANamespaceMayNotTakeAllPlaces) {
  std::vector<WaitingCalls::Place> places;
  for (size_t i = 0; i < kMaxAwaitedPerNamespace; ++i) {
    places.push_back(*waiting_->Admit("noisy"));
  }
  EXPECT_FALSE(waiting_->Admit("noisy").has_value());
  EXPECT_TRUE(waiting_->Admit("quiet").has_value());
  places.pop_back();
  EXPECT_TRUE(waiting_->Admit("noisy").has_value());
}

TEST_F(WaitingCallsTest, WhoMustNotWaitKnowsNobody) {
  const WaitOutcome outcome = waiting_->NotWaited();
  EXPECT_TRUE(outcome.not_waited);
  EXPECT_TRUE(outcome.unknown_late);
  EXPECT_TRUE(outcome.waited_for.empty());
}

TEST_F(WaitingCallsTest, ACallTakesAPlaceForEachSubscriber) {
  std::vector<std::unique_ptr<Subscription>> subscriptions;
  for (const char* instance : {"1", "2", "3"}) {
    SubscriptionRequest request;
    request.session = {"shop", "web", instance};
    request.terms = {true, absl::Seconds(10)};
    auto subscription = hub_.Open(std::move(request));
    ASSERT_TRUE(subscription.ok());
    subscriptions.push_back(*std::move(subscription));
  }
  std::vector<WaitingCalls::Place> places;
  for (size_t i = 0; i < kMaxAwaitedPerNamespace / 4; ++i) {
    places.push_back(*waiting_->Admit("shop"));
  }
  EXPECT_FALSE(waiting_->Admit("shop").has_value());
  for (auto& subscription : subscriptions) hub_.Close(std::move(subscription));
}

}  // namespace
}  // namespace cache_invalidation::delivery
