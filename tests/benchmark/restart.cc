// SPDX-License-Identifier: Apache-2.0

// How long a server takes to serve again after a restart, and its memory then: fills a real server,
// stops it cleanly and once more by SIGKILL, and starts it again each time.

#include <signal.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/check.h"
#include "common/clock.h"
#include "common/limits.h"
#include "grpcpp/create_channel.h"
#include "protos/cache_invalidation/v1/cache_entry_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/stats_service.grpc.pb.h"
#include "server/storage/rocksdb_store.h"
#include "server/wire/row.h"
#include "tests/benchmark/load.h"
#include "tests/benchmark/resources.h"
#include "tests/support/probe.h"
#include "tests/support/running_server.h"
#include "tests/support/temporary_directory.h"

ABSL_FLAG(std::string, data_dir, "",
          "Where it keeps its state; must not be there yet. Default: a directory that is removed "
          "in the end.");
ABSL_FLAG(int, entries, 1'000'000, "Tracked entries, each with two tags.");
ABSL_FLAG(int, edges, 3, "Keys that each entry was computed from.");
ABSL_FLAG(int, messages, 400, "Messages of 256 writes, each one event of the history.");

namespace cache_invalidation {
namespace {

// Of how many rows, and of how many shared keys, the entries tell.
constexpr int kRows = 100'000;
constexpr int kSources = 200'000;

class MeasuredStart {
 public:
  explicit MeasuredStart(const std::string& data_dir)
      : server_({"--data_dir=" + data_dir, "--default_rules=false"}),
        time_to_ready_(clock_.Monotonic() - start_),
        cpu_time_(CpuTime(pid())) {
    Check(server_.serves(), server_.start_line().c_str());
  }

  void End(int signal) {
    server_.program().Signal(signal);
    (void)server_.program().Wait();
  }

  std::string address() const { return absl::StrCat("127.0.0.1:", server_.Port("grpc")); }
  pid_t pid() { return server_.program().pid(); }

  absl::Duration time_to_ready() const { return time_to_ready_; }
  absl::Duration cpu_time() const { return cpu_time_; }

 private:
  const RealClock clock_;
  const absl::Duration start_ = clock_.Monotonic();
  RunningServer server_;
  const absl::Duration time_to_ready_;
  const absl::Duration cpu_time_;
};

void Fill(const std::string& address) {
  const auto stub = v1::CacheEntryService::NewStub(
      grpc::CreateChannel(address, grpc::InsecureChannelCredentials()));
  const int entries = absl::GetFlag(FLAGS_entries);
  const int edges = absl::GetFlag(FLAGS_edges);
  for (int number = 0; number < entries;) {
    v1::TrackEntriesRequest request;
    for (size_t i = 0; i < kMaxEntriesPerCall && number < entries; ++i, ++number) {
      v1::TrackedEntry& entry = *request.add_entries();
      entry.set_key(absl::StrCat("page:product:", number));
      entry.add_tags(absl::StrCat("product:", number % kRows));
      entry.add_tags("product:#all");
      for (int edge = 0; edge < edges; ++edge) {
        entry.add_depends_on_keys(absl::StrCat("fragment:", (number + edge * 7'919) % kSources));
      }
    }
    grpc::ClientContext context;
    v1::TrackEntriesResponse response;
    Check(stub->TrackEntries(&context, request, &response).ok(), "the fills are kept");
  }
  StreamWrites(address, absl::GetFlag(FLAGS_messages));
}

int64_t DirectoryMebibytes(const std::string& directory) {
  uintmax_t bytes = 0;
  for (const auto& file : std::filesystem::recursive_directory_iterator(directory)) {
    if (file.is_regular_file()) bytes += file.file_size();
  }
  return static_cast<int64_t>(bytes >> 20);
}

// The CPU time of reading all rows of a store that no process has open: the least of a start.
absl::Duration ScanTime(const std::string& directory) {
  const absl::Duration before = ThreadTime();
  const auto store = storage::RocksdbStore::Open({.directory = directory, .read_only = true});
  Check(store.ok(), "the store opens");
  for (const wire::RowKind kind : wire::kAllRowKinds) {
    const auto visit = [](absl::string_view, absl::string_view) { return absl::OkStatus(); };
    Check((*store)->ScanRows("default", kind, visit).ok(), "the rows can be read");
  }
  return ThreadTime() - before;
}

void Report(const std::string& what, MeasuredStart& server) {
  const auto stub = v1::StatsService::NewStub(
      grpc::CreateChannel(server.address(), grpc::InsecureChannelCredentials()));
  grpc::ClientContext context;
  v1::GetInvalidationStatsResponse response;
  Check(stub->GetInvalidationStats(&context, {}, &response).ok(), "the server answers");
  const v1::InvalidationStats& stats = response.stats();
  std::printf("%-20s %6.2f s %6.2f s %6ld MiB %6ld MiB  %lu entries, %lu edges, revision %lu\n",
              what.c_str(), absl::ToDoubleSeconds(server.time_to_ready()),
              absl::ToDoubleSeconds(server.cpu_time()), ResidentBytes(server.pid()) >> 20,
              PeakResidentBytes(server.pid()) >> 20, stats.tracked_entries(),
              stats.dependency_edges(), stats.position().revision());
  std::fflush(stdout);
}

void Measure(const std::string& data_dir) {
  std::printf("%-20s %8s %8s %10s %10s\n", "start", "ready", "CPU", "memory", "peak");
  auto server = std::make_unique<MeasuredStart>(data_dir);
  Fill(server->address());
  Report("empty, then filled", *server);
  server->End(SIGKILL);
  server = std::make_unique<MeasuredStart>(data_dir);
  Report("after a kill", *server);
  server->End(SIGTERM);
  server = std::make_unique<MeasuredStart>(data_dir);
  Report("after a clean stop", *server);
  server->End(SIGTERM);
  const absl::Duration scan = ScanTime(data_dir);
  std::printf(
      "data directory: %ld MiB; a start takes %.1f times the CPU of reading its rows, %.3f s\n",
      DirectoryMebibytes(data_dir), absl::FDivDuration(server->cpu_time(), scan),
      absl::ToDoubleSeconds(scan));
}

}  // namespace
}  // namespace cache_invalidation

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  const cache_invalidation::TemporaryDirectory directory;
  const std::string data_dir = absl::GetFlag(FLAGS_data_dir);
  cache_invalidation::Measure(data_dir.empty() ? directory.path() + "/data" : data_dir);
  return EXIT_SUCCESS;
}
