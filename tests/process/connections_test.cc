// SPDX-License-Identifier: Apache-2.0

// More connections than the server process has descriptors.

#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "gtest/gtest.h"
#include "tests/support/http_get.h"
#include "tests/support/probe.h"
#include "tests/support/running_server.h"
#include "tests/support/silent_connections.h"
#include "tests/support/temporary_directory.h"

namespace cache_invalidation {
namespace {

using testing::HttpGet;
using testing::SilentConnections;

// With few descriptors, and a store, which needs some.
class ConnectionsTest : public ::testing::Test {
 protected:
  const TemporaryDirectory directory_;
  RunningServer server_{{"--data_dir=" + directory_.path()}, {}, {"prlimit", "--nofile=256:256"}};
  const int grpc_port_ = server_.Port("grpc");
  const int http_port_ = server_.Port("http");
};

TEST_F(ConnectionsTest, AreTakenAgainOnceOthersHaveGone) {
  const auto early = NewConnection(grpc_port_);
  ASSERT_TRUE(CheckHealth(early, absl::Seconds(10)).ok());
  for (int round = 0; round < 2; ++round) {
    {
      const SilentConnections many(grpc_port_, 300);
      EXPECT_TRUE(Eventually([&] { return HttpGet(http_port_, "/readyz").status == 503; },
                             absl::Seconds(20)))
          << "it says that nobody gets in";
      EXPECT_EQ(HttpGet(http_port_, "/healthz").status, 200);
      EXPECT_FALSE(absl::StrContains(HttpGet(http_port_, "/metrics").body,
                                     "cache_invalidation_refused_connections 0\n"));
    }
    // It may be refused while the server notices that the others have gone.
    const auto gets_in = [&] {
      const grpc::Status status = CheckHealth(NewConnection(grpc_port_), absl::Seconds(1));
      return status.ok() || status.error_code() == grpc::StatusCode::FAILED_PRECONDITION;
    };
    EXPECT_TRUE(Eventually(gets_in, absl::Seconds(1)));
    EXPECT_TRUE(Eventually([&] { return HttpGet(http_port_, "/readyz").status == 200; },
                           absl::Seconds(20)));
    EXPECT_TRUE(CheckHealth(early, absl::Seconds(10)).ok());
  }
}

TEST_F(ConnectionsTest, OfOnePortDoNotCloseTheOther) {
  const SilentConnections many(http_port_, 300);
  EXPECT_TRUE(CheckHealth(NewConnection(grpc_port_), absl::Seconds(10)).ok());
  EXPECT_EQ(HttpGet(http_port_, "/readyz").status, 200);
}

}  // namespace
}  // namespace cache_invalidation
