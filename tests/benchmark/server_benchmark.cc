// SPDX-License-Identifier: Apache-2.0

#include "tests/benchmark/server_benchmark.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "tests/benchmark/load.h"
#include "tests/support/probe.h"
#include "tests/support/program.h"

namespace cache_invalidation {
namespace {

constexpr int kRuns = 5;
constexpr int64_t kCalls = 10'000;
constexpr int64_t kMessages = 1'000;

// With how many subscribers delivery is measured, and with how many messages of writes: enough
// events for each that the clock's resolution does not matter.
struct Audience {
  int subscribers = 0;
  int64_t messages = 0;
};
constexpr Audience kAudiences[] = {{1, 1'000}, {10, 200}, {100, 40}};

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// A measured server (measured_server.h) as a process of its own: this program again, with one
// argument.
class ServerProcess {
 public:
  // Returns when it serves.
  explicit ServerProcess(const std::string& argument)
      : program_({"/proc/self/exe", argument}),
        address_(absl::StrCat("127.0.0.1:", program_.ReadLine())) {}

  const std::string& address() const { return address_; }
  absl::Duration CpuTime() const { return cache_invalidation::CpuTime(program_.pid()); }

 private:
  Program program_;
  const std::string address_;
};

// Microseconds of the server's CPU time that `load` takes.
double Microseconds(const ServerProcess& server, const std::function<void()>& load) {
  const absl::Duration before = server.CpuTime();
  load();
  return absl::ToDoubleMicroseconds(server.CpuTime() - before);
}

double PerCall(const ServerProcess& server) {
  return Microseconds(server, [&] { CallInvalidateByWrite(server.address(), kCalls); }) / kCalls;
}

double PerStreamedWrite(const ServerProcess& server, int64_t messages) {
  return Microseconds(server, [&] { StreamWrites(server.address(), messages); }) /
         static_cast<double>(messages * kGroupsPerMessage);
}

// What the same writes take more with subscribers than without, for each event and subscriber.
double PerDeliveredEvent(const ServerProcess& server, const Audience& audience) {
  const double without = PerStreamedWrite(server, audience.messages);
  Subscribers subscribers(server.address(), audience.subscribers);
  const int64_t events = audience.messages * kGroupsPerMessage;
  const double with =
      Microseconds(server,
                   [&] {
                     std::thread writer([&] { StreamWrites(server.address(), audience.messages); });
                     subscribers.Await(static_cast<uint64_t>(events));
                     writer.join();
                   }) /
      static_cast<double>(events);
  return (with - without) / audience.subscribers;
}

double MedianOfRuns(const std::function<double()>& measure) {
  std::vector<double> values;
  for (int run = 0; run < kRuns; ++run) values.push_back(measure());
  return Median(std::move(values));
}

void PrintRow(const std::string& what, double microseconds, double empty) {
  std::printf("%-44s %8.2f %8.3f\n", what.c_str(), microseconds, microseconds / empty);
  std::fflush(stdout);
}

}  // namespace

void MeasureServer() {
  const ServerProcess nothing(kServeEmptyCalls);
  const ServerProcess service(kServeTheService);

  // By turns, so that what else the machine does hits both.
  std::vector<double> empty_calls;
  std::vector<double> calls;
  PerCall(nothing);
  PerCall(service);
  for (int run = 0; run < kRuns; ++run) {
    empty_calls.push_back(PerCall(nothing));
    calls.push_back(PerCall(service));
  }
  const double empty = Median(empty_calls);

  std::printf("Server CPU time, median of %d runs%19s %8s\n", kRuns, "us each", "ratio");
  PrintRow("empty unary call", empty, empty);
  PrintRow("InvalidateByWrite", Median(calls), empty);
  PrintRow(absl::StrCat("write in StreamWrites, ", kGroupsPerMessage, " per message"),
           MedianOfRuns([&] { return PerStreamedWrite(service, kMessages); }), empty);
  for (const Audience& audience : kAudiences) {
    PrintRow(absl::StrCat("event delivered, ", audience.subscribers, " subscribers"),
             MedianOfRuns([&] { return PerDeliveredEvent(service, audience); }), empty);
  }
}

}  // namespace cache_invalidation
