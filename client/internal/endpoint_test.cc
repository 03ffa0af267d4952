// SPDX-License-Identifier: Apache-2.0

#include <string>

#include "client/internal/options_check.h"
#include "gtest/gtest.h"

namespace cache_invalidation::client::internal {
namespace {

TEST(EndpointTest, TakesHostsWithPortsAndTargetsOfGrpc) {
  for (const char* endpoint : {"localhost:7400", "10.0.0.1:1", "cache.shop.svc:65535", "[::1]:7400",
                               "dns:///cache:7400", "ipv4:10.0.0.1:7400,10.0.0.2:7400",
                               "unix:/run/cache.sock", "unix-abstract:cache", "xds:///cache"}) {
    EXPECT_TRUE(CheckEndpoint(endpoint).ok()) << CheckEndpoint(endpoint);
  }
}

TEST(EndpointTest, SaysWhatIsWrong) {
  const auto message = [](const std::string& endpoint) {
    const absl::Status status = CheckEndpoint(endpoint);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << endpoint;
    return std::string(status.message());
  };
  EXPECT_EQ(message(""), R"(endpoint: expected host:port, got "")");
  EXPECT_EQ(message("localhost"), R"(endpoint: expected host:port, got "localhost")");
  for (const std::string url : {"http://h:1", "https://h:1", "grpc://h:1"}) {
    EXPECT_EQ(
        message(url),
        "endpoint: expected host:port without a scheme (ClientOptions::tls encrypts), got \"" +
            url + "\"");
  }
  EXPECT_EQ(message("::1:7400"),
            R"(endpoint: expected host:port, with an IPv6 address in brackets, got "::1:7400")");
  EXPECT_EQ(message(":7400"), R"(endpoint: expected a host before the port, got ":7400")");
  for (const std::string port : {"", "0", "65536", "99999999999", "-1", "+1", "http", "1 "}) {
    EXPECT_EQ(message("h:" + port),
              "endpoint: expected a port from 1 to 65535, got \"h:" + port + "\"");
  }
  for (const char* endpoint :
       {"a b:1", "a/b:1", "user@host:1", "h\n:1", "[::1]", "[::1:7400", "dns:", "unix:", "a:b:1"}) {
    message(endpoint);
  }
}

TEST(EndpointTest, KnowsWhatStaysOnThisMachine) {
  for (const char* endpoint :
       {"localhost:7400", "127.0.0.1:7400", "127.1.2.3:1", "[::1]:7400", "dns:///localhost:7400",
        "dns:localhost:1", "ipv4:127.0.0.1:1,127.0.0.2:1", "ipv6:[::1]:1", "unix:/run/cache.sock",
        "unix:///run/cache.sock", "unix-abstract:cache"}) {
    EXPECT_TRUE(IsOnThisMachine(endpoint)) << endpoint;
  }
  for (const char* endpoint :
       {"10.0.0.1:7400", "127.0.0.1.evil.com:1", "127.evil.com:1", "127.0.0:1", "localhost.evil:1",
        "[::2]:1", "ipv4:127.0.0.1:1,10.0.0.1:1", "xds:///localhost:1",
        "dns://10.0.0.1/localhost:1", "", "localhost"}) {
    EXPECT_FALSE(IsOnThisMachine(endpoint)) << endpoint;
  }
}

}  // namespace
}  // namespace cache_invalidation::client::internal
