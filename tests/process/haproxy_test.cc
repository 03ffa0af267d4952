// SPDX-License-Identifier: Apache-2.0

// The server behind the HAProxy of examples/haproxy: clients do not notice the proxy, and floods
// that the server itself cannot bound do not reach it. With --unprotected the floods go to the
// server itself, for comparison.

#include <atomic>
#include <cstdint>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/strings/str_cat.h"
#include "common/clock.h"
#include "gtest/gtest.h"
#include "tests/support/free_port.h"
#include "tests/support/healthy_client.h"
#include "tests/support/probe.h"
#include "tests/support/program.h"
#include "tests/support/raw_http2.h"
#include "tests/support/running_server.h"

ABSL_FLAG(absl::Duration, flood_time, absl::Seconds(3), "How long each flood lasts.");
ABSL_FLAG(int, flood_connections, 2, "Over how many connections at a time.");
ABSL_FLAG(bool, unprotected, false, "Flood the server itself.");

namespace cache_invalidation {
namespace {

constexpr int64_t kMiB = 1 << 20;
// The loopback has many addresses.
constexpr char kAttacker[] = "127.0.0.2";
constexpr char kStats[] = "/cache_invalidation.v1.StatsService/GetInvalidationStats";

class HaproxyTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(Eventually([&] { return CheckHealth(NewConnection(port_), absl::Seconds(1)).ok(); },
                           absl::Seconds(30)))
        << "is haproxy installed? ./dev setup does it";
  }

  // Floods while a healthy client works, which has another address. `make` makes what one
  // connection sends, the next time with later streams.
  void Flood(const std::string& name, std::string (*make)(uint32_t first_stream)) {
    HealthyClient client(NewConnection(port_));
    const RealClock clock;
    const absl::Duration end = clock.Monotonic() + absl::GetFlag(FLAGS_flood_time);
    std::atomic<int64_t> sent = 0;
    std::vector<std::thread> attackers;
    for (int i = 0; i < absl::GetFlag(FLAGS_flood_connections); ++i) {
      attackers.emplace_back([&] {
        while (clock.Monotonic() < end) {
          RawHttp2 connection(port_, "", kAttacker);
          uint32_t stream = 1;
          while (clock.Monotonic() < end && connection.Send(make(stream))) {
            stream += 2 * kStreams;
            sent += kStreams;
          }
        }
      });
    }
    for (std::thread& attacker : attackers) attacker.join();
    const Health health = client.Stop();
    const int64_t peak = PeakResidentBytes(server_.program().pid());
    std::cout << name << ": " << sent << " sent, at most " << peak / kMiB
              << " MiB resident; healthy: " << health.writes << " writes, " << health.events
              << " events, slowest " << health.slowest << " " << health.first_failure << std::endl;
    if (absl::GetFlag(FLAGS_unprotected)) return;
    EXPECT_TRUE(IsSanitized(server_.program().pid()) || peak < 200 * kMiB) << peak;
    EXPECT_EQ(health.first_failure, "");
    EXPECT_GT(health.writes, 0);
    EXPECT_EQ(health.events, health.writes);
  }

  static constexpr uint32_t kStreams = 500;

  RunningServer server_{{"--durability=memory"}};
  const int proxy_port_ = FreePort();
  Program proxy_{
      {"/usr/sbin/haproxy", "-db", "-f", "examples/haproxy/haproxy.cfg"},
      {"GRPC_HOST=127.0.0.1", absl::StrCat("GRPC_PORT=", server_.Port("grpc")),
       absl::StrCat("HTTP_PORT=", server_.Port("http")), absl::StrCat("PROXY_PORT=", proxy_port_)}};
  const int port_ = absl::GetFlag(FLAGS_unprotected) ? server_.Port("grpc") : proxy_port_;
};

TEST_F(HaproxyTest, IsNotNoticedByClients) {
  HealthyClient client(NewConnection(port_));
  EXPECT_TRUE(Eventually([&] { return client.writes() >= 100; }, absl::Seconds(60)));
  const Health health = client.Stop();
  EXPECT_EQ(health.first_failure, "");
  EXPECT_EQ(health.events, health.writes);
}

TEST_F(HaproxyTest, KeepsOffStreamsThatAreReset) {
  Flood("streams and resets", [](uint32_t first) {
    std::string frames;
    for (uint32_t i = 0; i < kStreams; ++i) {
      frames += Frame(FrameType::kHeaders, kEndHeaders, first + 2 * i, CallHeaders(kStats));
      frames += Frame(FrameType::kReset, 0, first + 2 * i, std::string("\0\0\0\10", 4));
    }
    return frames;
  });
}

TEST_F(HaproxyTest, KeepsOffCallsThatAreReset) {
  Flood("calls and resets", [](uint32_t first) {
    std::string frames;
    for (uint32_t i = 0; i < kStreams; ++i) {
      frames += UnaryCallFrames(first + 2 * i, kStats);
      frames += Frame(FrameType::kReset, 0, first + 2 * i, std::string("\0\0\0\10", 4));
    }
    return frames;
  });
}

TEST_F(HaproxyTest, KeepsOffHeadersWithoutEnd) {
  Flood("headers without end", [](uint32_t first) {
    std::string frames;
    if (first == 1) frames += Frame(FrameType::kHeaders, 0, 1, CallHeaders(kStats));
    for (uint32_t i = 0; i < kStreams; ++i) {
      frames += Frame(FrameType::kContinuation, 0, 1,
                      absl::StrCat(std::string(1, '\0'), "\3x-a", "\100", std::string(64, 'b')));
    }
    return frames;
  });
}

}  // namespace
}  // namespace cache_invalidation

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  absl::ParseCommandLine(argc, argv);
  return RUN_ALL_TESTS();
}
