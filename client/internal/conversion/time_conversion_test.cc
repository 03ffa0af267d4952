#include "client/internal/conversion/time_conversion.h"

#include "gtest/gtest.h"

namespace cache_invalidation::client::internal {
namespace {

TEST(TimeConversionTest, KeepsSpans) {
  for (absl::Duration span : {absl::ZeroDuration(), absl::Nanoseconds(1), absl::Milliseconds(1500),
                              absl::Hours(87'600), -absl::Milliseconds(1500)}) {
    google::protobuf::Duration message;
    ToProto(span, &message);
    EXPECT_EQ(FromProto(message), span);
    EXPECT_GE(message.seconds() * message.nanos(), 0) << "the signs must agree";
  }
}

TEST(TimeConversionTest, ClampsInfinity) {
  google::protobuf::Duration message;
  ToProto(absl::InfiniteDuration(), &message);
  EXPECT_EQ(message.seconds(), 315'576'000'000);
}

TEST(TimeConversionTest, KeepsMoments) {
  for (absl::Time moment : {absl::UnixEpoch(), absl::FromUnixMillis(1'577'836'800'250),
                            absl::UnixEpoch() - absl::Milliseconds(250)}) {
    google::protobuf::Timestamp message;
    ToProto(moment, &message);
    EXPECT_EQ(FromProto(message), moment);
    EXPECT_GE(message.nanos(), 0);
  }
}

}  // namespace
}  // namespace cache_invalidation::client::internal
