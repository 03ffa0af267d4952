// SPDX-License-Identifier: Apache-2.0

#include "client/internal/cache/wait_graph.h"

#include <memory>
#include <string>
#include <thread>

#include "gtest/gtest.h"

namespace cache_invalidation::client::internal {
namespace {

class WaitGraphTest : public testing::Test {
 protected:
  std::shared_ptr<Flight> Load(const std::string& key) {
    auto flight = std::make_shared<Flight>(key, type_, LoadStart());
    flight->Claim();
    return flight;
  }

  ValueType type_{TypeToken::Of<int>(), {}, 1};
  WaitGraph waits_;
};

TEST_F(WaitGraphTest, ALoadThatNeedsItselfIsFound) {
  const std::shared_ptr<Flight> own = Load("k");
  EXPECT_EQ(waits_.Begin(*own), absl::FailedPreconditionError("the load of k needs itself"));
  own->Complete(absl::UnavailableError(""), 0);
  EXPECT_EQ(waits_.Begin(*own), absl::OkStatus()) << "it has ended";
}

TEST_F(WaitGraphTest, ThreadsThatWaitForEachOtherAreFound) {
  const std::shared_ptr<Flight> own = Load("a");
  std::shared_ptr<Flight> second;
  std::thread([&] {
    second = Load("b");
    EXPECT_EQ(waits_.Begin(*own), absl::OkStatus());
  }).join();
  EXPECT_EQ(waits_.Begin(*second),
            absl::FailedPreconditionError("the loads of b, a wait for each other"));
  own->Complete(absl::UnavailableError(""), 0);
  EXPECT_EQ(waits_.Begin(*second), absl::OkStatus());
  waits_.End();
}

TEST_F(WaitGraphTest, AnUnclaimedLoadIsNobodys) {
  Flight queued("k", type_, LoadStart());
  EXPECT_EQ(waits_.Begin(queued), absl::OkStatus());
}

}  // namespace
}  // namespace cache_invalidation::client::internal
