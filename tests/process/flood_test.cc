// SPDX-License-Identifier: Apache-2.0

// Floods over one connection: the server process survives, its memory stays small, and it serves
// other clients.

#include <string>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "common/clock.h"
#include "gtest/gtest.h"
#include "tests/process/flags.h"
#include "tests/support/probe.h"
#include "tests/support/raw_http2.h"
#include "tests/support/running_server.h"

namespace cache_invalidation {
namespace {

constexpr int64_t kMiB = 1 << 20;

// The same frame again and again, as much as is sent at a time.
std::string Many(const std::string& frame) {
  std::string out;
  while (out.size() < size_t{1} << 20) out += frame;
  return out;
}

// Sends until there were so many bytes, or time is over. Answers how many there were.
int64_t Flood(RawHttp2& connection, const std::string& bytes, int64_t at_most) {
  const RealClock clock;
  const absl::Duration end = clock.Monotonic() + absl::GetFlag(FLAGS_flood_time);
  int64_t sent = 0;
  while (sent < at_most && clock.Monotonic() < end && connection.Send(bytes)) {
    sent += static_cast<int64_t>(bytes.size());
  }
  return sent;
}

// Half a minute of these once made gRPC's read buffer so large that its size overflowed. It doubles
// with each full read, so that the first gigabytes show it.
TEST(FloodTest, OfFramesToIgnoreNeitherEndsNorFillsTheServer) {
  RunningServer server({"--durability=memory"});
  const auto healthy = NewConnection(server.Port("grpc"));
  ASSERT_TRUE(CheckHealth(healthy, absl::Seconds(10)).ok());
  RawHttp2 connection(server.Port("grpc"));
  const std::string frames = Many(Frame(FrameType::kUnknown, 0, 0, std::string(16'384, 'x')));
  const int64_t sent = Flood(connection, frames, absl::GetFlag(FLAGS_flood_bytes));
  RecordProperty("sent", absl::StrCat(sent));
  EXPECT_GT(sent, 100 * kMiB);
  const pid_t pid = server.program().pid();
  EXPECT_TRUE(IsSanitized(pid) || PeakResidentBytes(pid) < 300 * kMiB)
      << PeakResidentBytes(pid) << " resident, " << sent << " sent";
  EXPECT_TRUE(CheckHealth(healthy, absl::Seconds(10)).ok());
  EXPECT_TRUE(CheckHealth(NewConnection(server.Port("grpc")), absl::Seconds(10)).ok());
}

// What a flood took is given back when it is over.
TEST(FloodTest, LeavesNoMemoryBehind) {
  RunningServer server({"--durability=memory"});
  const pid_t pid = server.program().pid();
  if (IsSanitized(pid)) GTEST_SKIP() << "a sanitizer has an allocator of its own";
  {
    RawHttp2 connection(server.Port("grpc"));
    std::string calls;
    for (uint32_t stream = 1; stream < 40'000; stream += 2) {
      calls += Frame(FrameType::kHeaders, kEndHeaders, stream,
                     CallHeaders("/cache_invalidation.v1.StatsService/GetInvalidationStats"));
    }
    ASSERT_TRUE(connection.Send(calls));
    ASSERT_TRUE(Eventually([pid] { return ResidentBytes(pid) > 250 * kMiB; }, absl::Seconds(30)))
        << ResidentBytes(pid);
  }
  EXPECT_TRUE(Eventually([pid] { return ResidentBytes(pid) < 150 * kMiB; }, absl::Seconds(120)))
      << ResidentBytes(pid);
  EXPECT_TRUE(CheckHealth(NewConnection(server.Port("grpc")), absl::Seconds(10)).ok());
}

// Before the kernel ends it without a word.
TEST(FloodTest, EndsTheServerWithAWordWhenItsMemoryIsOver) {
  if (IsSanitized(RunningServer({"--durability=memory"}).program().pid())) {
    GTEST_SKIP() << "a sanitizer takes more than the limit";
  }
  RunningServer server({"--durability=memory", absl::StrCat("--max_memory=", 200 * kMiB)});
  RawHttp2 connection(server.Port("grpc"));
  for (uint32_t stream = 1; stream < 100'000; stream += 2) {
    if (!connection.Send(
            Frame(FrameType::kHeaders, kEndHeaders, stream,
                  CallHeaders("/cache_invalidation.v1.StatsService/GetInvalidationStats")))) {
      break;
    }
  }
  const Ended ended = server.program().Wait();
  EXPECT_EQ(ended.code, 1);
  EXPECT_NE(ended.err.find("out of memory: "), std::string::npos) << ended.err;
}

}  // namespace
}  // namespace cache_invalidation
