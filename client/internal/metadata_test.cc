// SPDX-License-Identifier: Apache-2.0

#include "client/internal/metadata.h"

#include <string>

#include "gtest/gtest.h"

namespace cache_invalidation::client::internal {
namespace {

std::string Message(const CallMetadata& metadata) {
  const absl::Status status = CheckMetadata(metadata, kMaxConnectionMetadataBytes);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  return std::string(status.message());
}

TEST(MetadataTest, TakesWhatGrpcSends) {
  EXPECT_EQ(CheckMetadata({{"x-tenant_1.a", "acme eu"},
                           {"x-tenant_1.a", ""},
                           {"0", "~"},
                           {"trace-bin", std::string("\0\xff\n", 3)}},
                          kMaxConnectionMetadataBytes),
            absl::OkStatus());
  EXPECT_EQ(CheckMetadata({}, 0), absl::OkStatus());
}

// gRPC itself ends the process for some of them, and drops others silently.
TEST(MetadataTest, RefusesWhatGrpcDoesNot) {
  for (const std::string name : {"", "X-Tenant", "x tenant", "x:y", ":path", "x\n", "\xc3\xa4"}) {
    EXPECT_EQ(Message({{"a", "1"}, {name, "1"}}),
              "[1]: expected a name of a-z, 0-9, \"_\", \"-\" and \".\", got \"" + name + "\"");
  }
  for (const std::string name :
       {"grpc-timeout", "grpc-", "te", "host", "content-type", "user-agent", "connection"}) {
    EXPECT_EQ(Message({{name, "1"}}), "[0]: the name \"" + name + "\" is reserved");
  }
  for (const std::string value : {"a\n", "\x01", "\xc3\xa4", "\x7f"}) {
    EXPECT_EQ(Message({{"x", value}}),
              "[0]: the value of \"x\" is not printable ASCII; end the name with -bin");
  }
  EXPECT_EQ(Message({{"x", " a"}}),
            "[0]: the value of \"x\" has spaces at its ends, which would be lost");
}

TEST(MetadataTest, IsBounded) {
  const CallMetadata largest = {{"x", std::string(kMaxCallMetadataBytes - 33, 'a')}};
  EXPECT_EQ(CheckCallMetadata(largest), absl::OkStatus());
  CallMetadata larger = largest;
  larger[0].second += "a";
  EXPECT_EQ(CheckCallMetadata(larger).message(),
            "metadata: expected at most 1024 bytes with 32 for each entry, got 1025");
}

TEST(MetadataTest, ACallDoesNotAuthorize) {
  EXPECT_EQ(CheckCallMetadata({{"authorization", "Bearer x"}}).message(),
            "metadata: authorization belongs to the connection (ClientOptions::token)");
  EXPECT_EQ(CheckCallMetadata({{"Bad", "x"}}).message().substr(0, 12), "metadata[0]:");
}

TEST(MetadataTest, AConnectionSendsItsMetadataAndItsToken) {
  ClientOptions options;
  options.metadata = {{"x-tenant", "acme"}};
  options.token = "secret";
  ConnectionMetadata metadata(options, nullptr, nullptr);
  EXPECT_EQ(metadata.status(), absl::OkStatus());
  EXPECT_EQ(metadata.Get(),
            CallMetadata({{"x-tenant", "acme"}, {"authorization", "Bearer secret"}}));
}

}  // namespace
}  // namespace cache_invalidation::client::internal
