#include "server/rpc/element_count.h"

#include <string>

#include "gtest/gtest.h"
#include "protos/cache_invalidation/v1/invalidation_service.pb.h"
#include "protos/cache_invalidation/v1/write_event_service.pb.h"

namespace cache_invalidation::rpc {
namespace {

std::string Writes(int count) {
  v1::InvalidateByWritesRequest request;
  request.set_request_id("id");
  for (int i = 0; i < count; ++i) request.add_writes()->set_resource_type("t");
  return request.SerializeAsString();
}

absl::Status Check(absl::string_view bytes) {
  return CheckElements(*v1::InvalidateByWritesRequest::descriptor(), bytes);
}

TEST(ElementCountTest, CountsTheFieldThatIsAskedFor) {
  EXPECT_EQ(CountElements(Writes(3), v1::InvalidateByWritesRequest::kWritesFieldNumber), 3u);
  EXPECT_EQ(CountElements(Writes(3), v1::InvalidateByWritesRequest::kRequestIdFieldNumber), 1u);
  EXPECT_EQ(CountElements("", 1), 0u);
  EXPECT_EQ(CountElements(Writes(3) + "\x0a", 2), 3u) << "what is malformed counts as far as it is";
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

}  // namespace
}  // namespace cache_invalidation::rpc
