// SPDX-License-Identifier: Apache-2.0

// A call that waits for subscribers returns before its deadline and names those that are late, also
// if its caller chose no timeout for the wait: it does not fail with DEADLINE_EXCEEDED.

#include <future>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "client/client.h"
#include "client/testing/fake_server.h"
#include "gtest/gtest.h"

namespace cache_invalidation::client {
namespace {

class WaitingDeadlineTest : public testing::Test {
 protected:
  // A subscriber that holds a lease for longer than any call here, and never acknowledges.
  WaitingDeadlineTest() {
    subscription_ = client_.Subscribe(
        {.name = "slow", .acknowledgement = Acknowledgement::kExplicit, .lease = absl::Seconds(60)},
        {.on_started = [this](const SubscriptionStarted&) {
          // It starts again after a lost connection.
          if (!std::exchange(was_started_, true)) started_.set_value();
        }});
    started_.get_future().wait();
  }

  void ExpectLate(const absl::StatusOr<WriteResult>& result) {
    ASSERT_TRUE(result.ok()) << result.status();
    ASSERT_TRUE(result->waiting.has_value());
    EXPECT_EQ(result->waiting->late, std::vector<std::string>({"slow"}));
    EXPECT_FALSE(result->waiting->complete());
  }

  FakeServer server_;
  const Client client_{server_.Connect()};
  std::promise<void> started_;
  bool was_started_ = false;  // used by the subscription's thread
  std::unique_ptr<Subscription> subscription_;
};

TEST_F(WaitingDeadlineTest, OfTheCall) {
  for (const std::optional<absl::Duration> timeout :
       {std::optional<absl::Duration>(), std::optional(absl::Seconds(100))}) {
    ExpectLate(client_.InvalidateByWrite({.write = {.resource_type = "user"},
                                          .wait = WaitForSubscribers{.timeout = timeout},
                                          .options = {.deadline = absl::Seconds(1)}}));
  }
}

TEST_F(WaitingDeadlineTest, OfTheClient) {
  const Client client(server_.Connect({.deadline = absl::Seconds(1)}));
  ExpectLate(
      client.InvalidateByWrite({.write = {.resource_type = "user"}, .wait = WaitForSubscribers{}}));
}

// The time that is left counts, not the whole deadline.
TEST_F(WaitingDeadlineTest, OfACallThatIsTriedAgain) {
  server_.Refuse(absl::UnavailableError("draining"));
  std::promise<void> refused;
  bool was_refused = false;  // attempts of one call come one after the other
  const Client client(
      server_.Connect({.deadline = absl::Seconds(3), .on_attempt = [&](const CallAttempt& one) {
                         if (one.will_retry && !std::exchange(was_refused, true)) {
                           refused.set_value();
                         }
                       }}));
  std::future<absl::StatusOr<WriteResult>> result = std::async(std::launch::async, [&] {
    return client.InvalidateByWrite(
        {.write = {.resource_type = "user"}, .wait = WaitForSubscribers{}});
  });
  refused.get_future().wait();
  server_.Accept();
  ExpectLate(result.get());
}

}  // namespace
}  // namespace cache_invalidation::client
