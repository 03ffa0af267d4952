// SPDX-License-Identifier: Apache-2.0

#include "server/rpc/conversion/encoded_message.h"

#include <string>

#include "gtest/gtest.h"
#include "protos/cache_invalidation/v1/write_event_service.pb.h"

namespace cache_invalidation::rpc {
namespace {

using v1::InvalidateByWritesRequest;

// A field of wire type 2, encoded by hand, because proto's setters reject bytes that are not UTF-8.
std::string Field(int number, const std::string& bytes) {
  return std::string(1, static_cast<char>(number << 3 | 2)) + static_cast<char>(bytes.size()) +
         bytes;
}

std::string Describe(const std::string& bytes) {
  const absl::Status status = DescribeMalformed(*InvalidateByWritesRequest::descriptor(), bytes);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  return std::string(status.message());
}

TEST(Malformed, NamesTheStringThatIsNotUtf8) {
  EXPECT_EQ(Describe(Field(1, "\xff")), "namespace: expected UTF-8");
  const std::string good_write = Field(2, Field(1, "user"));
  const std::string bad_write = Field(2, Field(5, "good") + Field(5, "b\xc3"));
  EXPECT_EQ(Describe(good_write + good_write + bad_write), "writes[2].tags[1]: expected UTF-8");
}

TEST(Malformed, NamesTheMessageThatIsNone) {
  EXPECT_EQ(Describe(Field(2, "\x0a\x05us")), "writes[0]: expected an encoded message");
  EXPECT_EQ(Describe("\x0a"), "expected an encoded InvalidateByWritesRequest");
  EXPECT_EQ(Describe(std::string("\0", 1)), "expected an encoded InvalidateByWritesRequest");
}

// protobuf treats a group as an unknown field; messages counted before parsing may not have any.
TEST(Malformed, NamesTheMessageWithAGroup) {
  EXPECT_EQ(Describe("\x7b\x7c"), "expected an encoded InvalidateByWritesRequest without groups");
  EXPECT_EQ(Describe(Field(2, "") + Field(2, "\x7b\x7c")),
            "writes[1]: expected an encoded message without groups");
}

TEST(Malformed, LooksPastFieldsItDoesNotKnow) {
  const std::string unknown = "\x78\x96\x01" + Field(12, "\xff") + "\x6d\x01\x02\x03\x04";
  EXPECT_EQ(Describe(unknown + Field(3, "\xff")), "request_id: expected UTF-8");
}

}  // namespace
}  // namespace cache_invalidation::rpc
