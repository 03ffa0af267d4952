// SPDX-License-Identifier: Apache-2.0

// How much longer a blocking call of the SDK takes than the blocking stub that gRPC generates.

#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "client/client.h"
#include "common/check.h"
#include "common/clock.h"
#include "grpcpp/client_context.h"
#include "protos/cache_invalidation/v1/write_event_service.grpc.pb.h"
#include "tests/benchmark/figures.h"
#include "tests/benchmark/load.h"
#include "tests/benchmark/measured_server.h"
#include "tests/benchmark/works.h"
#include "tests/support/probe.h"

namespace cache_invalidation {
namespace {

constexpr int kRuns = 21;
constexpr int kCallsOfACaller = 400;

void CallTheStub(v1::WriteEventService::Stub& stub, const Clock& clock) {
  v1::InvalidateByWriteRequest request;
  request.mutable_write()->set_resource_type("item");
  request.mutable_write()->set_resource_id("7");
  request.mutable_write()->set_operation("update");
  v1::InvalidateByWriteResponse response;
  grpc::ClientContext context;
  // The SDK sets one, too.
  context.set_deadline(absl::ToChronoTime(clock.Now() + absl::Seconds(30)));
  Check(stub.InvalidateByWrite(&context, request, &response).ok(), "the stub's call succeeds");
}

void CallTheSdk(const client::Client& client) {
  const auto result = client.InvalidateByWrite(
      {.write = {.resource_type = "item", .resource_id = "7", .operation = "update"}});
  Check(result.ok(), "the SDK's call succeeds");
}

// Microseconds of a call if so many threads call at the same time.
double PerCall(int callers, const std::function<void()>& call) {
  const absl::Duration time = TimeOf([&] {
    std::vector<std::thread> threads;
    for (int i = 0; i < callers; ++i) {
      threads.emplace_back([&] {
        for (int j = 0; j < kCallsOfACaller; ++j) call();
      });
    }
    for (std::thread& thread : threads) thread.join();
  });
  return absl::ToDoubleMicroseconds(time) / kCallsOfACaller;
}

}  // namespace

void MeasureSdk() {
  const RealClock clock;
  const MeasuredServer server;
  const auto stub = v1::WriteEventService::NewStub(Connect(server.address()));
  const client::Client client(client::MakeConnection(server.address()));
  PrintHeading("sdk: a blocking InvalidateByWrite", "us; limit: the stub of gRPC");
  for (const int callers : {1, 4, 16}) {
    const std::vector<double> medians =
        MediansByTurns(kRuns, {[&] { return PerCall(callers, [&] { CallTheStub(*stub, clock); }); },
                               [&] { return PerCall(callers, [&] { CallTheSdk(client); }); }});
    PrintRow(absl::StrCat("callers: ", callers), medians[1], medians[0]);
  }
}

}  // namespace cache_invalidation
