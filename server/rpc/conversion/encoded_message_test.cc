// SPDX-License-Identifier: Apache-2.0

#include "server/rpc/conversion/encoded_message.h"

#include <string>

#include "google/protobuf/empty.pb.h"
#include "google/protobuf/struct.pb.h"
#include "gtest/gtest.h"
#include "server/rpc/conversion/request_conversion.h"

namespace cache_invalidation::rpc {
namespace {

TEST(Status, KeepsCodeAndMessage) {
  EXPECT_TRUE(ToGrpcStatus(absl::OkStatus()).ok());
  for (int code = 1; code <= 16; ++code) {
    const grpc::Status status =
        ToGrpcStatus(absl::Status(static_cast<absl::StatusCode>(code), "why"));
    EXPECT_EQ(static_cast<int>(status.error_code()), code);
    EXPECT_EQ(status.error_message(), "why");
  }
}

TEST(Status, CutsLongMessagesBetweenCharacters) {
  const std::string euro = "\xe2\x82\xac";
  std::string message;
  while (message.size() < 5000) message += euro;
  const std::string cut = ToGrpcStatus(absl::InternalError(message)).error_message();
  EXPECT_LE(cut.size(), 1027u);
  EXPECT_EQ(cut.substr(cut.size() - 3), "...");
  EXPECT_EQ((cut.size() - 3) % euro.size(), 0u);
  EXPECT_EQ(cut.substr(cut.size() - 6, 3), euro);
}

TEST(FieldError, BuildsThePathOnTheWayOut) {
  const absl::Status wrong = absl::InvalidArgumentError("expected more");
  EXPECT_EQ(
      InField("rule", InElement("relationships", 2, AtElement("target_types", 0, wrong))).message(),
      "rule.relationships[2].target_types[0]: expected more");
  EXPECT_EQ(InField("rule", AtField("name", absl::UnimplementedError("no"))).code(),
            absl::StatusCode::kUnimplemented);
  EXPECT_TRUE(InField("rule", AtField("name", absl::OkStatus())).ok());
}

TEST(ByteBuffer, IsValidForAnEmptyMessageToo) {
  const grpc::ByteBuffer empty = ToByteBuffer(google::protobuf::Empty());
  EXPECT_TRUE(empty.Valid());
  EXPECT_EQ(ReceivedBytes(empty).view(), "");
  google::protobuf::Value value;
  value.set_string_value("text");
  const grpc::ByteBuffer full = ToByteBuffer(value);
  EXPECT_EQ(ReceivedBytes(full).view(), value.SerializeAsString());
}

TEST(ByteBuffer, IsReadInOnePieceHoweverItCame) {
  const grpc::Slice pieces[] = {grpc::Slice("ab"), grpc::Slice(""), grpc::Slice("cd")};
  EXPECT_EQ(ReceivedBytes(grpc::ByteBuffer(pieces, 3)).view(), "abcd");
}

}  // namespace
}  // namespace cache_invalidation::rpc
