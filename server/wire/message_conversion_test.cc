// SPDX-License-Identifier: Apache-2.0

#include "server/wire/message_conversion.h"

#include "gtest/gtest.h"

namespace cache_invalidation::wire {
namespace {

TEST(DurationConversion, IsExactToTheNanosecond) {
  const absl::Duration duration = absl::Seconds(3) + absl::Nanoseconds(7);
  google::protobuf::Duration proto;
  FromDuration(duration, &proto);
  EXPECT_EQ(proto.seconds(), 3);
  EXPECT_EQ(proto.nanos(), 7);
  EXPECT_EQ(ToDuration(proto), duration);
}

TEST(DurationConversion, NegativeAndInfiniteBecomeZero) {
  for (const absl::Duration duration : {-absl::Seconds(1), absl::InfiniteDuration()}) {
    google::protobuf::Duration proto;
    FromDuration(duration, &proto);
    EXPECT_EQ(proto.ShortDebugString(), "");
  }
}

TEST(MessageConversion, IsExactToTheNanosecondAlsoBefore1970) {
  google::protobuf::Timestamp proto;
  FromTime(absl::FromUnixSeconds(12) + absl::Nanoseconds(34), &proto);
  EXPECT_EQ(proto.seconds(), 12);
  EXPECT_EQ(proto.nanos(), 34);
  const absl::Time before = absl::UnixEpoch() - absl::Nanoseconds(1);
  FromTime(before, &proto);
  EXPECT_EQ(proto.seconds(), -1);
  EXPECT_EQ(proto.nanos(), 999'999'999);
  EXPECT_EQ(ToTime(proto), before);
}

}  // namespace
}  // namespace cache_invalidation::wire
