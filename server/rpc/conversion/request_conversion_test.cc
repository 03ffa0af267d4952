// SPDX-License-Identifier: Apache-2.0

#include "server/rpc/conversion/request_conversion.h"

#include <cstdint>
#include <limits>

#include "gtest/gtest.h"

namespace cache_invalidation::rpc {
namespace {

google::protobuf::Duration Proto(int64_t seconds, int32_t nanos) {
  google::protobuf::Duration proto;
  proto.set_seconds(seconds);
  proto.set_nanos(nanos);
  return proto;
}

TEST(Duration, IsTakenWithinItsBounds) {
  const auto take = [](int64_t seconds, int32_t nanos) {
    return ToDuration(Proto(seconds, nanos), absl::Milliseconds(1), absl::Seconds(60));
  };
  EXPECT_EQ(*take(0, 1'000'000), absl::Milliseconds(1));
  EXPECT_EQ(*take(60, 0), absl::Seconds(60));
  EXPECT_EQ(take(0, 999'999).status().message(), "expected a duration of 1ms to 1m, got 999.999us");
  EXPECT_EQ(take(60, 1).status().message(), "expected a duration of 1ms to 1m, got 1m0.000000001s");
}

TEST(Duration, RefusesWhatIsNone) {
  constexpr int64_t kHuge = std::numeric_limits<int64_t>::max();
  for (const auto& proto : {Proto(1, -1), Proto(-1, 1), Proto(0, 1'000'000'000), Proto(kHuge, 0),
                            Proto(-kHuge, 0), Proto(0, std::numeric_limits<int32_t>::min())}) {
    const auto taken = ToDuration(proto, -absl::InfiniteDuration(), absl::InfiniteDuration());
    EXPECT_EQ(taken.status().code(), absl::StatusCode::kInvalidArgument)
        << proto.ShortDebugString();
  }
}

}  // namespace
}  // namespace cache_invalidation::rpc
