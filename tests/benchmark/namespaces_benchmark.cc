// SPDX-License-Identifier: Apache-2.0

// What a second core gives: writes to eight namespaces that two shards serve, beside writes to one.
// The whole server but gRPC, in this process.

#include <atomic>
#include <cstdint>
#include <latch>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/check.h"
#include "common/clock.h"
#include "server/core/persistence.h"
#include "server/engine/engine.h"
#include "server/metrics/metrics.h"
#include "server/server_threads.h"
#include "server/shard/shard_set.h"
#include "tests/benchmark/figures.h"
#include "tests/benchmark/works.h"
#include "tests/support/probe.h"
#include "tests/support/temporary_directory.h"

namespace cache_invalidation {
namespace {

constexpr int kRuns = 5;
constexpr size_t kShards = 2;
constexpr int kNamespaces = 8;
constexpr int kWritesTogether = 256;
constexpr int kTogether = 800;  // of all namespaces
constexpr int kUnderWay = 8;    // of each namespace
constexpr int kWrites = kTogether * kWritesTogether;
constexpr int kIds = 1'000;

engine::Command Write(absl::string_view id) {
  engine::InvalidateByWrites command;
  command.writes.resize(1);
  command.writes[0].resource_type = "item";
  command.writes[0].resource_id = id;
  command.writes[0].operation = "update";
  return command;
}

std::vector<std::string> MakeIds() {
  std::vector<std::string> ids;
  for (int i = 0; i < kIds; ++i) ids.push_back(absl::StrCat(i));
  return ids;
}

// As it runs with --durability=async.
class ServerWithoutGrpc {
 public:
  ServerWithoutGrpc() : metrics_("benchmark", kShards) {
    PersistenceOptions store;
    store.durability = Durability::kAsync;
    store.data_dir = directory_.path() + "/data";
    absl::StatusOr<Persistence> persistence = Persistence::Open(store);
    Check(persistence.ok(), "the store opens");
    CoreOptions options;
    options.shards = kShards;
    auto threads =
        ServerThreads::Start(options, *std::move(persistence), clock_, metrics_,
                             [](const absl::Status&) { Check(false, "the store works"); });
    Check(threads.ok(), "the server starts");
    threads_ = *std::move(threads);
  }

  shard::ShardSet& shards() { return threads_->core().shards(); }

 private:
  const TemporaryDirectory directory_;
  RealClock clock_;
  metrics::Metrics metrics_;
  std::unique_ptr<ServerThreads> threads_;
};

// Keeps a namespace busy: what is answered is followed by more of the same, which has been made
// before.
class Feeder {
 public:
  Feeder(shard::ShardSet& shards, const std::string& name, const std::vector<std::string>& ids,
         int count, std::latch& done)
      : shards_(shards), done_(done) {
    for (int i = 0; i < count; ++i) {
      auto submission = std::make_unique<shard::Submission>();
      submission->namespace_name = name;
      for (int write = 0; write < kWritesTogether; ++write) {
        submission->requests.emplace_back(Write(ids[write % kIds]));
      }
      submission->size_bytes = 1;
      submission->done = [this](std::vector<shard::Result> results) {
        Check(results.back().ok(), "writes are applied");
        SubmitNext();
        done_.count_down();
      };
      submissions_.push_back(std::move(submission));
    }
  }

  void Start() {
    for (int i = 0; i < kUnderWay; ++i) SubmitNext();
  }

 private:
  void SubmitNext() {
    const size_t next = next_++;
    if (next >= submissions_.size()) return;
    Check(shards_.Submit(std::move(submissions_[next])).ok(), "there is room for a few");
  }

  shard::ShardSet& shards_;
  std::latch& done_;
  std::vector<std::unique_ptr<shard::Submission>> submissions_;
  std::atomic<size_t> next_ = 0;
};

// As many for each shard: how names spread is not what is measured.
std::vector<std::string> NamesOf(int count) {
  std::vector<std::string> names;
  for (int number = 0; static_cast<int>(names.size()) < count; ++number) {
    const std::string name = absl::StrCat("tenant", number);
    if (shard::ShardIndex(name, kShards) == names.size() % kShards) names.push_back(name);
  }
  return names;
}

// Microseconds for each write, if they are spread over so many namespaces.
double TimeOfWrites(shard::ShardSet& shards, int namespaces) {
  const std::vector<std::string> ids = MakeIds();
  std::latch done(kTogether);
  std::vector<std::unique_ptr<Feeder>> feeders;
  for (const std::string& name : NamesOf(namespaces)) {
    feeders.push_back(std::make_unique<Feeder>(shards, name, ids, kTogether / namespaces, done));
  }
  return absl::ToDoubleMicroseconds(TimeOf([&] {
           for (const auto& feeder : feeders) feeder->Start();
           done.wait();
         })) /
         kWrites;
}

// The same by engines that share nothing, each in a thread of its own.
double TimeOfEngines(int engines) {
  const std::vector<std::string> ids = MakeIds();
  std::vector<engine::Command> commands;
  for (const std::string& id : ids) commands.push_back(Write(id));
  const auto run = [&] {
    engine::Engine engine("epoch");
    for (int write = 0; write < kWrites / engines; ++write) {
      Check(engine.Apply(commands[write % kIds], absl::UnixEpoch()).status.ok(), "it is applied");
    }
  };
  return absl::ToDoubleMicroseconds(TimeOf([&] {
           std::vector<std::thread> threads;
           for (int i = 0; i < engines; ++i) threads.emplace_back(run);
           for (std::thread& thread : threads) thread.join();
         })) /
         kWrites;
}

}  // namespace

void MeasureNamespaces() {
  ServerWithoutGrpc server;
  const std::vector<double> medians =
      MediansByTurns(kRuns, {[] { return TimeOfEngines(1); }, [] { return TimeOfEngines(2); },
                             [&] { return TimeOfWrites(server.shards(), 1); },
                             [&] { return TimeOfWrites(server.shards(), kNamespaces); }});
  PrintHeading("namespaces: the server without gRPC, two shards, --durability=async",
               "limit of times as fast: two engines beside one");
  PrintRow("eight namespaces, times as fast as one", medians[2] / medians[3],
           medians[0] / medians[1]);
  PrintRow("one namespace, us per write", medians[2]);
  PrintRow("eight namespaces, us per write", medians[3]);
}

}  // namespace cache_invalidation
