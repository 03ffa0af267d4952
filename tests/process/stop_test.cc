// SPDX-License-Identifier: Apache-2.0

// How long the server process takes to exit.

#include <signal.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/clock.h"
#include "gtest/gtest.h"
#include "protos/cache_invalidation/v1/invalidation_service.grpc.pb.h"
#include "server/process/environment.h"
#include "tests/support/http_get.h"
#include "tests/support/probe.h"
#include "tests/support/raw_http2.h"
#include "tests/support/running_server.h"
#include "tests/support/silent_connections.h"

namespace cache_invalidation {
namespace {

constexpr char kStats[] = "/cache_invalidation.v1.StatsService/GetInvalidationStats";

// How long it takes after SIGTERM; it must end well.
absl::Duration TimeToStop(RunningServer& server) {
  Ended ended;
  const absl::Duration time = TimeOf([&] {
    server.program().Signal(SIGTERM);
    ended = server.program().Wait();
  });
  EXPECT_EQ(ended.code, 0) << ended.err;
  return time;
}

TEST(StopTest, IsNotHeldUpByIdleConnections) {
  RunningServer server({"--durability=memory", "--shutdown_grace=1h"});
  const testing::SilentConnections silent(server.Port("grpc"), 1);
  const testing::SilentConnections probe(server.Port("http"), 1);
  const RawHttp2 idle(server.Port("grpc"));
  const auto channel = NewConnection(server.Port("grpc"));
  ASSERT_TRUE(CheckHealth(channel, absl::Seconds(10)).ok());
  // Half a second where nothing else runs.
  EXPECT_LT(TimeToStop(server), absl::Seconds(3));
}

// Load balancers need a moment until they send calls elsewhere; those that come meanwhile are
// served.
TEST(StopTest, ServesAsBeforeWhileItDrains) {
  RunningServer server({"--durability=memory", "--drain_delay=1h", "--shutdown_grace=1h"});
  const int http_port = server.Port("http");
  const auto early = NewConnection(server.Port("grpc"));
  ASSERT_TRUE(CheckHealth(early, absl::Seconds(10)).ok());
  server.program().Signal(SIGTERM);
  ASSERT_TRUE(Eventually([&] { return testing::HttpGet(http_port, "/readyz").status == 503; },
                         absl::Seconds(10)));
  EXPECT_EQ(testing::HttpGet(http_port, "/healthz").status, 200);
  for (const auto& connection : {early, NewConnection(server.Port("grpc"))}) {
    const grpc::Status health = CheckHealth(connection, absl::Seconds(10));
    EXPECT_EQ(health.error_code(), grpc::StatusCode::FAILED_PRECONDITION) << "NOT_SERVING";
    const auto stub = v1::InvalidationService::NewStub(connection);
    v1::InvalidateRequest request;
    request.add_tags("a");
    grpc::ClientContext context;
    v1::InvalidateResponse response;
    const grpc::Status status = stub->Invalidate(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
  }
  server.program().Signal(SIGTERM);
  EXPECT_EQ(server.program().Wait().code, 128 + SIGTERM) << "a second signal ends it at once";
}

TEST(StopTest, EndsWellAfterItHasDrained) {
  constexpr absl::Duration kDelay = absl::Milliseconds(300);
  RunningServer server({"--durability=memory", "--drain_delay=300ms", "--shutdown_grace=1h"});
  const absl::Duration time = TimeToStop(server);
  EXPECT_GE(time, kDelay);
  EXPECT_LT(time, kDelay + absl::Seconds(3));
}

// A client that does not read its answer has its call open.
TEST(StopTest, WaitsForCallsAsLongAsItMay) {
  for (absl::Duration grace : {absl::Milliseconds(100), absl::Seconds(2)}) {
    RunningServer server(
        {"--durability=memory", absl::StrCat("--shutdown_grace=", absl::FormatDuration(grace))});
    RawHttp2 client(server.Port("grpc"), NoWindow());
    ASSERT_TRUE(client.Send(UnaryCallFrames(1, kStats)));
    // It was read: what comes after it is answered.
    ASSERT_TRUE(CheckHealth(NewConnection(server.Port("grpc")), absl::Seconds(10)).ok());
    const absl::Duration time = TimeToStop(server);
    EXPECT_GE(time, grace);
    EXPECT_LT(time, grace + absl::Seconds(3));
  }
}

// The frames of a subscriber, which says its name.
std::string SubscriberFrames() {
  constexpr char kMethod[] = "/cache_invalidation.v1.SubscriptionService/Subscribe";
  // `subscription { name: "s" }`, after a byte and a length that gRPC puts before each message.
  const std::string message("\0\0\0\0\5\x0a\3\x12\1s", 10);
  return absl::StrCat(Frame(FrameType::kHeaders, kEndHeaders, 1, CallHeaders(kMethod)),
                      Frame(FrameType::kData, 0, 1, message));
}

// They read not even how their stream begins.
TEST(StopTest, IsNotHeldUpByManySubscribersThatReadNothing) {
  RunningServer server({"--durability=memory", "--shutdown_grace=5m"});
  std::vector<std::unique_ptr<RawHttp2>> silent;
  for (int i = 0; i < 20; ++i) {
    silent.push_back(std::make_unique<RawHttp2>(server.Port("grpc"), NoWindow()));
    ASSERT_TRUE(silent.back()->Send(SubscriberFrames()));
  }
  ASSERT_TRUE(Eventually(
      [&] {
        return absl::StrContains(testing::HttpGet(server.Port("http"), "/metrics").body,
                                 "\ncache_invalidation_subscriber_sessions 20\n");
      },
      absl::Seconds(30)));
  // Two seconds where nothing else runs.
  EXPECT_LT(TimeToStop(server), absl::Seconds(15));
}

TEST(StopDeathTest, IsForcedWhateverTheProcessDoes) {
  EXPECT_EXIT(
      {
        process::ForceExitAfter(absl::Milliseconds(50), "enough\n");
        // ThreadSanitizer runs handlers of signals in functions of the C library only.
        while (RealClock().Monotonic() > absl::ZeroDuration()) continue;
      },
      ::testing::ExitedWithCode(1), "enough");
}

}  // namespace
}  // namespace cache_invalidation
