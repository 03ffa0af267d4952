// SPDX-License-Identifier: Apache-2.0

// The cost of a subscriber that reads nothing to those that read: the real server under full load,
// alternately with and without such a subscriber.

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "common/check.h"
#include "common/clock.h"
#include "grpcpp/create_channel.h"
#include "protos/cache_invalidation/v1/invalidation_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/subscription_service.grpc.pb.h"
#include "tests/benchmark/load.h"
#include "tests/support/http_get.h"
#include "tests/support/running_server.h"
#include "tests/support/temporary_directory.h"

ABSL_FLAG(int, subscribers, 50, "Subscribers that read all the time.");
ABSL_FLAG(absl::Duration, time, absl::Seconds(60), "How long in all with one that does not.");
ABSL_FLAG(int, turns, 6, "In how many turns.");

namespace cache_invalidation {
namespace {

// How many messages of writes a turn's load sends before it looks at the time again.
constexpr int64_t kMessagesAtOnce = 20;

// Events that are timed: invalidations of this tag, each with the time at which it was asked for.
constexpr char kProbe[] = "probe:";

std::shared_ptr<grpc::Channel> Connect(const std::string& address) {
  grpc::ChannelArguments arguments;
  // Connections with equal arguments would be shared.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

// A subscription from the head on. Belongs to one thread.
class Subscriber {
 public:
  explicit Subscriber(const std::string& address)
      : stub_(v1::SubscriptionService::NewStub(Connect(address))),
        stream_(stub_->Subscribe(&context_)) {
    v1::SubscribeRequest request;
    request.mutable_subscription()->set_name("benchmark");
    Check(stream_->Write(request) && stream_->Read(&response_), "subscriptions start");
    head_ = response_.started().head().revision();
  }
  ~Subscriber() {
    context_.TryCancel();
    (void)stream_->Finish();
  }

  // The last revision when it began.
  uint64_t head() const { return head_; }

  // The next message; the benchmark ends if there is none.
  const v1::SubscribeResponse& Read() {
    Check(stream_->Read(&response_), "subscriptions go on");
    return response_;
  }

 private:
  grpc::ClientContext context_;
  const std::unique_ptr<v1::SubscriptionService::Stub> stub_;
  const std::unique_ptr<grpc::ClientReaderWriter<v1::SubscribeRequest, v1::SubscribeResponse>>
      stream_;
  v1::SubscribeResponse response_;
  uint64_t head_ = 0;
};

// Reads until `stopped`; adds to `latencies` how long each probe took.
void Follow(const std::string& address, const Clock& clock, const std::atomic<bool>& stopped,
            std::vector<double>& latencies) {
  Subscriber subscriber(address);
  while (!stopped) {
    const v1::SubscribeResponse& response = subscriber.Read();
    Check(!response.has_reset(), "who reads is not left behind");
    const int64_t now = absl::ToInt64Microseconds(clock.Monotonic());
    for (const v1::Event& event : response.events()) {
      absl::string_view tag = event.invalidations(0).tag();
      int64_t asked = 0;
      if (!absl::ConsumePrefix(&tag, kProbe) || !absl::SimpleAtoi(tag, &asked)) continue;
      latencies.push_back(static_cast<double>(now - asked) / 1000);
    }
  }
}

// What one turn measured: milliseconds from the call to its event at each subscriber.
std::vector<double> Turn(const std::string& address, const Clock& clock, absl::Duration time) {
  std::atomic<bool> stopped = false;
  std::vector<std::vector<double>> latencies(absl::GetFlag(FLAGS_subscribers));
  std::vector<std::thread> threads;
  for (std::vector<double>& of_one : latencies) {
    threads.emplace_back([&] { Follow(address, clock, stopped, of_one); });
  }
  const absl::Duration end = clock.Monotonic() + time;
  threads.emplace_back([&] {
    while (clock.Monotonic() < end) StreamWrites(address, kMessagesAtOnce);
  });
  const auto probes = v1::InvalidationService::NewStub(Connect(address));
  while (clock.Monotonic() < end) {
    v1::InvalidateRequest request;
    request.add_tags(absl::StrCat(kProbe, absl::ToInt64Microseconds(clock.Monotonic())));
    grpc::ClientContext context;
    v1::InvalidateResponse response;
    Check(probes->Invalidate(&context, request, &response).ok(), "calls succeed");
  }
  stopped = true;  // heartbeats see to it that everybody notices
  for (std::thread& thread : threads) thread.join();
  std::vector<double> all;
  for (const auto& of_one : latencies) all.insert(all.end(), of_one.begin(), of_one.end());
  return all;
}

void Report(const char* what, std::vector<double> latencies, int64_t mebibytes) {
  std::sort(latencies.begin(), latencies.end());
  const auto at = [&](double part) {
    return latencies[static_cast<size_t>(part * static_cast<double>(latencies.size() - 1))];
  };
  std::printf("%-8s %10.2f %10.2f %10zu %10ld MiB\n", what, at(0.5), at(0.99), latencies.size(),
              mebibytes);
}

// Reads what came meanwhile; answers "resumes" if that is all of it.
const char* CatchUp(Subscriber& slow, uint64_t head) {
  while (true) {
    const v1::SubscribeResponse& response = slow.Read();
    if (response.has_reset()) return "is reset";
    if (!response.events().empty() && response.events().rbegin()->revision() >= head) {
      return "resumes";
    }
  }
}

int64_t MemoryMebibytes(const RunningServer& server) {
  const std::string metrics = testing::HttpGet(server.Port("http"), "/metrics").body;
  constexpr char kName[] = "\nprocess_resident_memory_bytes ";
  return static_cast<int64_t>(
             std::atof(metrics.c_str() + metrics.find(kName) + sizeof(kName) - 1)) >>
         20;
}

void Measure(const std::string& data_dir) {
  const RealClock clock;
  const RunningServer server({"--data_dir=" + data_dir, "--default_rules=false"});
  const std::string address = absl::StrCat("127.0.0.1:", server.Port("grpc"));
  const int turns = absl::GetFlag(FLAGS_turns);
  const absl::Duration time = absl::GetFlag(FLAGS_time) / turns;
  std::vector<double> without;
  std::vector<double> with;
  int64_t memory_without = 0;
  int64_t memory_with = 0;
  const char* end = "";
  for (int turn = 0; turn < turns; ++turn) {
    for (const double latency : Turn(address, clock, time)) without.push_back(latency);
    memory_without = std::max(memory_without, MemoryMebibytes(server));
    Subscriber slow(address);
    for (const double latency : Turn(address, clock, time)) with.push_back(latency);
    memory_with = std::max(memory_with, MemoryMebibytes(server));
    end = CatchUp(slow, Subscriber(address).head());
  }
  std::printf("%-8s %10s %10s %10s %10s\n", "slow one", "p50 ms", "p99 ms", "events", "memory");
  Report("without", without, memory_without);
  Report("with", with, memory_with);
  std::printf("The slow one %s.\n", end);
}

}  // namespace
}  // namespace cache_invalidation

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  const cache_invalidation::TemporaryDirectory data_dir;
  cache_invalidation::Measure(data_dir.path());
  return EXIT_SUCCESS;
}
