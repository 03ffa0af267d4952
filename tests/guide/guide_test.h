// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_GUIDE_GUIDE_TEST_H_
#define CACHE_INVALIDATION_TESTS_GUIDE_GUIDE_TEST_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/client.h"
#include "common/mutex.h"
#include "gtest/gtest.h"
#include "server/server.h"
#include "tests/fakes/fake_clock.h"

namespace cache_invalidation {

using Strings = std::vector<std::string>;

// The guide's samples, executed through the client against a real server in this process: with the
// default rules, as in the guide, on a clock that the test controls, and with a subscriber that
// receives every event.
class GuideTest : public ::testing::Test {
 protected:
  GuideTest();

  // Waits for the event of a revision. Each invalidation is a line such as "evict tag user:42".
  Strings EventAt(uint64_t revision) ABSL_LOCKS_EXCLUDED(mutex_);

  // Returns the event of a call's result; fails the test if the call failed.
  template <typename Result>
  Strings EventOf(const absl::StatusOr<Result>& result) {
    EXPECT_TRUE(result.ok()) << result.status();
    return result.ok() ? EventAt(result->position.revision) : Strings();
  }

  // As EventAt, with the causes of each line: "evict tag user_forms: rule user_data_invalidation".
  Strings CausesAt(uint64_t revision) ABSL_LOCKS_EXCLUDED(mutex_);

  // Returns the statistics; zeros after a failure.
  client::InvalidationStats Stats();

  FakeClock clock_;
  std::unique_ptr<Server> server_;
  client::Client client_;

 private:
  client::Event Await(uint64_t revision) ABSL_LOCKS_EXCLUDED(mutex_);

  Mutex mutex_;
  CondVar changed_;
  std::map<uint64_t, client::Event> events_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<client::Subscription> subscription_;
};

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_GUIDE_GUIDE_TEST_H_
