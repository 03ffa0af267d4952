// Standard error is a pipe that nobody reads, as when what collects the log hangs.

#include <string>

#include "gtest/gtest.h"
#include "tests/support/probe.h"
#include "tests/support/running_server.h"

namespace cache_invalidation {
namespace {

TEST(LogTest, NobodyNeedsToReadWhatGrpcLogs) {
  // Each call writes some thousand lines, far more than a pipe holds.
  const RunningServer server({"--durability=memory"}, {"GRPC_VERBOSITY=debug", "GRPC_TRACE=all"});
  ASSERT_TRUE(Eventually([&] { return !server.ports().empty(); }, absl::Seconds(60)));
  for (int i = 0; i < 10; ++i) {
    const grpc::Status status = CheckHealth(NewConnection(server.Port("grpc")), absl::Seconds(20));
    ASSERT_TRUE(status.ok()) << status.error_message();
  }
}

}  // namespace
}  // namespace cache_invalidation
