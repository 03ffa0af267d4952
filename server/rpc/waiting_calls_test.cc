#include "server/rpc/waiting_calls.h"

#include <gtest/gtest.h>

#include <memory>
#include <utility>
#include <vector>

#include "server/rpc/outbox.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/silent_delivery_observer.h"

namespace cache_invalidation::rpc {
namespace {

class WaitingCallsTest : public testing::Test {
 protected:
  static delivery::HubOptions Options() {
    delivery::HubOptions options;
    options.epoch = "e";
    return options;
  }

  FakeClock clock_;
  SilentDeliveryObserver observer_;
  Outbox outbox_{clock_};
  delivery::Hub hub_{Options(), clock_, outbox_};
  std::shared_ptr<WaitingCalls> waiting_ =
      WaitingCalls::Make(hub_, outbox_, clock_, observer_, -absl::InfiniteDuration());
};

TEST_F(WaitingCallsTest, TakesInAsManyAsItMayHoldAndGivesPlacesBack) {
  std::vector<WaitingCalls::Place> places;
  for (size_t i = 0; i < kMaxAwaited; ++i) {
    absl::StatusOr<WaitingCalls::Place> place = waiting_->Admit("shop");
    ASSERT_TRUE(place.ok());
    places.push_back(*std::move(place));
  }
  EXPECT_EQ(waiting_->Admit("shop").status().code(), absl::StatusCode::kResourceExhausted);
  places.pop_back();
  EXPECT_TRUE(waiting_->Admit("shop").ok());
  places.clear();
  EXPECT_TRUE(waiting_->Admit("shop").ok());
}

TEST_F(WaitingCallsTest, ACallTakesAPlaceForEachSubscriber) {
  std::vector<std::unique_ptr<delivery::Subscription>> subscriptions;
  for (const char* instance : {"1", "2", "3"}) {
    delivery::SubscriptionRequest request;
    request.session = {"shop", "web", instance};
    request.terms = {true, absl::Seconds(10)};
    subscriptions.push_back(hub_.Open(std::move(request)));
  }
  std::vector<WaitingCalls::Place> places;
  for (size_t i = 0; i < kMaxAwaited / 4; ++i) places.push_back(*waiting_->Admit("shop"));
  EXPECT_FALSE(waiting_->Admit("shop").ok());
  for (auto& subscription : subscriptions) hub_.Close(std::move(subscription));
}

}  // namespace
}  // namespace cache_invalidation::rpc
