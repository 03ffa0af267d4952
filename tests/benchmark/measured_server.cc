// SPDX-License-Identifier: Apache-2.0

#include "tests/benchmark/measured_server.h"

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/check.h"
#include "tests/support/probe.h"

namespace cache_invalidation {
namespace {

std::vector<std::string> Flags(const std::string& durability, const std::string& directory,
                               const std::vector<std::string>& more) {
  std::vector<std::string> flags = {"--default_rules=false", "--durability=" + durability};
  if (durability != "memory") flags.push_back("--data_dir=" + directory + "/data");
  flags.insert(flags.end(), more.begin(), more.end());
  return flags;
}

std::string AddressOf(const RunningServer& server) {
  Check(server.serves(), server.start_line().c_str());
  return absl::StrCat("127.0.0.1:", server.Port("grpc"));
}

}  // namespace

MeasuredServer::MeasuredServer(const std::string& durability, const std::vector<std::string>& flags)
    : server_(Flags(durability, directory_.path(), flags)),
      address_(AddressOf(server_)),
      pid_(server_.program().pid()) {}

double CpuMicroseconds(pid_t pid, const std::function<void()>& load) {
  const absl::Duration before = CpuTime(pid);
  load();
  return absl::ToDoubleMicroseconds(CpuTime(pid) - before);
}

}  // namespace cache_invalidation
