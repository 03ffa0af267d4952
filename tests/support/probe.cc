// SPDX-License-Identifier: Apache-2.0

#include "tests/support/probe.h"

#include <unistd.h>

#include <atomic>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/check.h"
#include "common/clock.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "grpcpp/client_context.h"
#include "grpcpp/create_channel.h"
#include "tests/support/pause.h"

namespace cache_invalidation {
namespace {

// A line of /proc/PID/status, in bytes; 0: the process is gone.
int64_t StatusBytes(pid_t pid, const std::string& name) {
  std::ifstream file(absl::StrCat("/proc/", pid, "/status"));
  std::string word;
  int64_t kilobytes = 0;
  while (file >> word) {
    if (word == name + ":" && file >> kilobytes) return kilobytes * 1024;
  }
  return 0;
}

}  // namespace

std::shared_ptr<grpc::Channel> NewConnection(int port) {
  static std::atomic<int> number = 0;
  grpc::ChannelArguments own;  // otherwise channels to one port share a connection
  own.SetInt("connection", ++number);
  return grpc::CreateCustomChannel(absl::StrCat("127.0.0.1:", port),
                                   grpc::InsecureChannelCredentials(), own);
}

grpc::Status CheckHealth(const std::shared_ptr<grpc::Channel>& channel, absl::Duration deadline) {
  using grpc::health::v1::Health;
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(RealClock().Now() + deadline));
  grpc::health::v1::HealthCheckResponse response;
  const grpc::Status status =
      Health::NewStub(channel)->Check(&context, grpc::health::v1::HealthCheckRequest(), &response);
  if (!status.ok() || response.status() == grpc::health::v1::HealthCheckResponse::SERVING) {
    return status;
  }
  return grpc::Status(grpc::StatusCode::FAILED_PRECONDITION, "not serving");
}

int64_t ResidentBytes(pid_t pid) { return StatusBytes(pid, "VmRSS"); }

int64_t PeakResidentBytes(pid_t pid) { return StatusBytes(pid, "VmHWM"); }

absl::Duration CpuTime(pid_t pid) {
  std::ifstream file(absl::StrCat("/proc/", pid, "/stat"));
  const std::string text(std::istreambuf_iterator<char>(file), {});
  // The second field is a name in parentheses, which may hold anything; the third follows it.
  const std::vector<std::string> fields = absl::StrSplit(text.substr(text.rfind(')') + 2), ' ');
  int64_t user = 0;
  int64_t system = 0;
  Check(fields.size() > 12 && absl::SimpleAtoi(fields[11], &user) &&
            absl::SimpleAtoi(fields[12], &system),
        "the process runs");
  return absl::Seconds(static_cast<double>(user + system) /
                       static_cast<double>(sysconf(_SC_CLK_TCK)));
}

// A sanitizer reserves terabytes of addresses for its shadow.
bool IsSanitized(pid_t pid) { return StatusBytes(pid, "VmSize") > int64_t{1} << 40; }

bool Eventually(const std::function<bool()>& is_so, absl::Duration within) {
  const RealClock clock;
  const absl::Duration end = clock.Monotonic() + within;
  while (!is_so()) {
    if (clock.Monotonic() >= end) return false;
    Pause(absl::Milliseconds(20));
  }
  return true;
}

absl::Duration TimeOf(const std::function<void()>& action) {
  const RealClock clock;
  const absl::Duration begin = clock.Monotonic();
  action();
  return clock.Monotonic() - begin;
}

}  // namespace cache_invalidation
