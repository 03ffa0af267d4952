// How long the server process takes to exit.

#include <signal.h>

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "server/process/environment.h"
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

TEST(StopDeathTest, IsForcedWhateverTheProcessDoes) {
  EXPECT_EXIT(
      {
        process::ForceExitAfter(absl::Milliseconds(50), "enough\n");
        while (true) {
        }
      },
      ::testing::ExitedWithCode(1), "enough");
}

}  // namespace
}  // namespace cache_invalidation
