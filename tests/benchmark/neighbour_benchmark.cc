// SPDX-License-Identifier: Apache-2.0

// How long the writes of one namespace wait while a command invalidates a million keys of another
// one, which the same shard serves.

#include <atomic>
#include <cstddef>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/check.h"
#include "common/clock.h"
#include "common/limits.h"
#include "protos/cache_invalidation/v1/cache_entry_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/invalidation_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/write_event_service.grpc.pb.h"
#include "tests/benchmark/figures.h"
#include "tests/benchmark/key_graph.h"
#include "tests/benchmark/load.h"
#include "tests/benchmark/measured_server.h"
#include "tests/benchmark/works.h"
#include "tests/support/pause.h"
#include "tests/support/probe.h"

namespace cache_invalidation {
namespace {

constexpr char kLarge[] = "large";
constexpr absl::Duration kPeriod = absl::Milliseconds(1);
constexpr absl::Duration kQuietTime = absl::Seconds(2);

void Track(const std::string& address, const KeyGraph& graph) {
  const auto stub = v1::CacheEntryService::NewStub(Connect(address));
  for (int key = 1; key < graph.size();) {
    v1::TrackEntriesRequest request;
    request.set_namespace_(kLarge);
    for (size_t i = 0; i < kMaxEntriesPerCall && key < graph.size(); ++i, ++key) {
      v1::TrackedEntry& entry = *request.add_entries();
      entry.set_key(graph.names()[key]);
      for (const uint32_t source : graph.SourcesOf(key)) {
        entry.add_depends_on_keys(graph.names()[source]);
      }
    }
    grpc::ClientContext context;
    v1::TrackEntriesResponse response;
    Check(stub->TrackEntries(&context, request, &response).ok(), "the entries are kept");
  }
}

void Cascade(const std::string& address, const KeyGraph& graph) {
  const auto stub = v1::InvalidationService::NewStub(Connect(address));
  v1::InvalidateWithDependenciesRequest request;
  request.set_namespace_(kLarge);
  request.set_key(graph.names()[0]);
  request.set_recursive(true);
  grpc::ClientContext context;
  v1::InvalidateWithDependenciesResponse response;
  Check(stub->InvalidateWithDependencies(&context, request, &response).ok(), "the call succeeds");
  Check(response.invalidated() == static_cast<uint64_t>(graph.size()), "it names every key");
}

// A thousand writes in a second to the default namespace, until it is stopped. Measures from when a
// write was due: those that become due while one waits are late as well.
class Neighbour {
 public:
  explicit Neighbour(const std::string& address) : thread_([this, address] { Run(address); }) {}

  // Returns how many milliseconds each write took.
  std::vector<double> Stop() {
    stopped_ = true;
    thread_.join();
    return milliseconds_;
  }

 private:
  void Run(const std::string& address) {
    const RealClock clock;
    const auto stub = v1::WriteEventService::NewStub(Connect(address));
    v1::InvalidateByWriteRequest request;
    v1::InvalidateByWriteResponse response;
    Fill(*request.mutable_write(), 1);
    for (absl::Duration due = clock.Monotonic(); !stopped_; due += kPeriod) {
      Pause(due - clock.Monotonic());
      grpc::ClientContext context;
      Check(stub->InvalidateByWrite(&context, request, &response).ok(), "calls succeed");
      milliseconds_.push_back(absl::ToDoubleMilliseconds(clock.Monotonic() - due));
    }
  }

  std::atomic<bool> stopped_ = false;
  std::vector<double> milliseconds_;
  std::thread thread_;
};

void MeasureShape(KeyGraph::Shape shape) {
  const KeyGraph graph(shape);
  // One shard, so that the namespaces share it.
  const MeasuredServer server("async", {"--shards=1"});
  Track(server.address(), graph);
  Neighbour before(server.address());
  Pause(kQuietTime);
  const std::vector<double> quiet = before.Stop();
  Neighbour beside(server.address());
  const absl::Duration taken = TimeOf([&] { Cascade(server.address(), graph); });
  // The history and the store still work on it.
  Pause(kQuietTime);
  const std::vector<double> waits = beside.Stop();
  PrintRow(absl::StrCat(graph.name(), ", p99"), Quantile(waits, 0.99), Quantile(quiet, 0.99));
  PrintRow(absl::StrCat(graph.name(), ", longest"), Quantile(waits, 1), Quantile(quiet, 1));
  PrintRow(absl::StrCat(graph.name(), ", the command itself"), absl::ToDoubleMilliseconds(taken));
}

}  // namespace

void MeasureNeighbour() {
  PrintHeading("neighbour: 1,000 writes/s while a command invalidates a million keys elsewhere",
               "ms from when a write was due; limit: the same without the command");
  for (const KeyGraph::Shape shape : kKeyGraphShapes) MeasureShape(shape);
}

}  // namespace cache_invalidation
