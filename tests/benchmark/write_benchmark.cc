// SPDX-License-Identifier: Apache-2.0

// What writes cost the server, in calls and in streams.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/benchmark/bare_service.h"
#include "tests/benchmark/figures.h"
#include "tests/benchmark/load.h"
#include "tests/benchmark/measured_server.h"
#include "tests/benchmark/redis_peer.h"
#include "tests/benchmark/works.h"

namespace cache_invalidation {
namespace {

constexpr int kRuns = 5;
constexpr int64_t kCalls = 20'000;
constexpr int64_t kMessages = 400;

// Microseconds of the server's CPU time for each call.
template <typename Server>
double PerCall(const Server& server) {
  return CpuMicroseconds(server.pid(), [&] { CallInvalidateByWrite(server.address(), kCalls); }) /
         kCalls;
}

// The same for each write of a stream.
template <typename Server>
double PerStreamedWrite(const Server& server) {
  return CpuMicroseconds(server.pid(), [&] { StreamWrites(server.address(), kMessages); }) /
         static_cast<double>(kMessages * kGroupsPerMessage);
}

double PerScript(RedisPeer& redis) {
  return CpuMicroseconds(redis.pid(), [&] { redis.RunScripts(kMessages, kGroupsPerMessage); }) /
         static_cast<double>(kMessages * kGroupsPerMessage);
}

}  // namespace

void MeasureCalls() {
  const BareService inline_answers(BareService::Responds::kInline);
  const BareService hops(BareService::Responds::kFromAnotherThread);
  const MeasuredServer async("async");
  const MeasuredServer sync("sync");
  const std::vector<double> medians =
      MediansByTurns(kRuns, {[&] { return PerCall(inline_answers); }, [&] { return PerCall(hops); },
                             [&] { return PerCall(async); }, [&] { return PerCall(sync); }});
  PrintHeading(absl::StrCat("calls: InvalidateByWrite, ", kCallsInFlight, " in flight"),
               "server CPU, us each; limit: an empty call");
  PrintRow("empty call, answered inline", medians[0], medians[0]);
  PrintRow("empty call, answered by another thread", medians[1], medians[0]);
  PrintRow("InvalidateByWrite, --durability=async", medians[2], medians[0]);
  PrintRow("InvalidateByWrite, --durability=sync", medians[3], medians[0]);
}

void MeasureStreamedWrites() {
  const BareService bare(BareService::Responds::kInline);
  const MeasuredServer server;
  RegisterRule(server.address());
  std::vector<std::function<double()>> measures = {[&] { return PerStreamedWrite(bare); },
                                                   [&] { return PerStreamedWrite(server); }};
  std::unique_ptr<RedisPeer> redis = RedisPeer::StartIfInstalled();
  if (redis != nullptr) measures.push_back([&] { return PerScript(*redis); });
  const std::vector<double> medians = MediansByTurns(kRuns, measures);
  PrintHeading(absl::StrCat("stream: StreamWrites, ", kGroupsPerMessage,
                            " writes in a message, a rule with two tags"),
               "server CPU, us per write; limit: parse and answer");
  PrintRow("write in StreamWrites", medians[1], medians[0]);
  if (redis != nullptr) PrintRow("Redis: a Lua script, pipelined", medians[2], medians[0]);
}

}  // namespace cache_invalidation
