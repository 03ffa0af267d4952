// SPDX-License-Identifier: Apache-2.0

#include "server/rpc/conversion/encoded_message.h"

#include <optional>
#include <string>

#include "common/limits.h"
#include "gtest/gtest.h"
#include "protos/cache_invalidation/v1/cache_entry_service.pb.h"
#include "protos/cache_invalidation/v1/invalidation_service.pb.h"
#include "protos/cache_invalidation/v1/rule_service.pb.h"
#include "protos/cache_invalidation/v1/write_event_service.pb.h"

namespace cache_invalidation::rpc {
namespace {

std::string Writes(int count) {
  v1::InvalidateByWritesRequest request;
  request.set_request_id("id");
  for (int i = 0; i < count; ++i) request.add_writes()->set_resource_type("t");
  return request.SerializeAsString();
}

// An unknown field of a kind that protobuf parses and proto3 does not have.
constexpr char kGroup[] = "\x7b\x7c";

absl::Status Check(absl::string_view bytes) {
  return CheckElements(*v1::InvalidateByWritesRequest::descriptor(), bytes);
}

TEST(ElementCountTest, CountsTheFieldThatIsAskedFor) {
  EXPECT_EQ(CountElements(Writes(3), v1::InvalidateByWritesRequest::kWritesFieldNumber), 3u);
  EXPECT_EQ(CountElements(Writes(3), v1::InvalidateByWritesRequest::kRequestIdFieldNumber), 1u);
  EXPECT_EQ(CountElements("", 1), 0u);
  EXPECT_EQ(CountElements(Writes(3) + "\x0a", 2), std::nullopt) << "malformed";
  EXPECT_EQ(CountElements(kGroup + Writes(3), 2), std::nullopt);
}

TEST(ElementCountTest, RefusesFarTooMany) {
  EXPECT_TRUE(Check(Writes(20'000)).ok()) << "its conversion says more";
  const absl::Status status = Check(Writes(20'001));
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(), "writes: expected at most 10000, got 20001");
}

TEST(ElementCountTest, CountsFieldsApart) {
  v1::InvalidateRequest request;
  for (int i = 0; i < 15'000; ++i) {
    request.add_tags("t");
    request.add_keys("k");
  }
  const auto& type = *v1::InvalidateRequest::descriptor();
  EXPECT_TRUE(CheckElements(type, request.SerializeAsString()).ok());
  for (int i = 0; i < 15'000; ++i) request.add_keys("");
  EXPECT_EQ(CheckElements(type, request.SerializeAsString()).message(),
            "keys: expected at most 10000, got 30000");
}

// protobuf parses groups, so they must not end the count.
TEST(ElementCountTest, RefusesGroupsWhereItHasToCount) {
  EXPECT_TRUE(Check(kGroup + Writes(3)).ok()) << "too small to matter";
  const absl::Status status = Check(kGroup + Writes(800'000));
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(), "expected an encoded InvalidateByWritesRequest without groups");

  const std::string write = std::string(kGroup) + std::string(0x1fffff - 2, '\0');
  EXPECT_EQ(Check("\x12\xff\xff\x7f" + write).message(),
            "writes[0]: expected an encoded message without groups");
}

TEST(ElementCountTest, RefusesFarTooManyInsideOfAnElement) {
  v1::InvalidateByWritesRequest writes;
  v1::WriteEvent& write = *writes.add_writes();
  for (int i = 0; i < 2'000'000; ++i) write.add_tags("");
  EXPECT_EQ(Check(writes.SerializeAsString()).message(),
            "expected at most 720000 fields in all messages together, got 2000001");

  v1::TrackEntriesRequest entries;
  v1::TrackedEntry& entry = *entries.add_entries();
  for (int i = 0; i < 1'000'000; ++i) {
    entry.add_tags("");
    entry.add_depends_on("");
  }
  EXPECT_EQ(
      CheckElements(*v1::TrackEntriesRequest::descriptor(), entries.SerializeAsString()).code(),
      absl::StatusCode::kInvalidArgument);

  v1::RegisterRuleRequest rule;
  for (int i = 0; i < 30'000; ++i) rule.mutable_rule()->add_relationships();
  EXPECT_EQ(
      CheckElements(*v1::RegisterRuleRequest::descriptor(), rule.SerializeAsString()).message(),
      "expected at most 10000 messages in all lists together, got 30000");
}

// Unknown fields are kept and take room as well.
TEST(ElementCountTest, RefusesFarTooManyUnknownFields) {
  std::string bytes;
  for (int i = 0; i < 1'000'000; ++i) bytes += "\x78\x01";
  EXPECT_EQ(Check(bytes).message(),
            "expected at most 720000 fields in all messages together, got 1000000");
}

TEST(ElementCountTest, TakesWhatARequestMayHaveAtMost) {
  v1::InvalidateByWritesRequest request;
  for (size_t i = 0; i < kMaxWritesPerCommand; ++i) {
    v1::WriteEvent& write = *request.add_writes();
    write.set_resource_type("t");
    write.set_resource_id("i");
    write.set_operation("o");
    write.mutable_context();
    for (size_t j = 0; j < kMaxTagsPerWrite; ++j) write.add_tags("t");
  }
  EXPECT_EQ(Check(request.SerializeAsString()), absl::OkStatus());
}

}  // namespace
}  // namespace cache_invalidation::rpc
