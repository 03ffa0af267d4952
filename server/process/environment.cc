// SPDX-License-Identifier: Apache-2.0

#include "server/process/environment.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/time.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <new>
#include <optional>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "common/standard_error.h"

namespace cache_invalidation::process {
namespace {

// File descriptors that connections cannot use, or a quarter of all if that is less. The store
// opens files while it works, and a server whose store cannot open one must stop.
constexpr int kReservedDescriptors = 128;

// Version 1 writes "no limit" as about 2^63; no machine has this much memory.
constexpr uint64_t kNoLimit = uint64_t{1} << 60;

// Reads a limit from a file; absent if it is `max` or there is no file.
std::optional<uint64_t> ReadLimit(const std::string& path) {
  std::ifstream file(path);
  std::string text;
  uint64_t bytes = 0;
  if (!(file >> text) || !absl::SimpleAtoi(text, &bytes) || bytes >= kNoLimit) return std::nullopt;
  return bytes;
}

// The least limit of a group and those above it. A container may be shown a group path that does
// not exist inside it: its own group is then the root.
std::optional<uint64_t> LeastLimit(const std::string& mount, absl::string_view group,
                                   absl::string_view file) {
  std::optional<uint64_t> least;
  while (true) {
    while (absl::EndsWith(group, "/")) group.remove_suffix(1);
    const std::optional<uint64_t> limit = ReadLimit(absl::StrCat(mount, group, "/", file));
    if (limit) least = std::min(*limit, least.value_or(*limit));
    if (group.empty()) return least;
    group = group.substr(0, group.rfind('/') + 1);
  }
}

std::atomic<const char*> out_of_memory_line = nullptr;

// Allocates nothing and skips all clean-up: acknowledged writes are in the store.
[[noreturn]] void End() {
  ReportLastLine(out_of_memory_line.load());
  std::_Exit(EXIT_FAILURE);
}

// Runs on the aborting thread, so errno is still the one that malloc set.
void OnAbort(int number) {
  if (errno == ENOMEM) End();
  signal(number, SIG_DFL);
  raise(number);
}

constexpr char kVariable[] = "GRPC_EXPERIMENTS";
constexpr absl::string_view kReadChunks = "tcp_read_chunks";

std::atomic<const char*> exit_reason = nullptr;

// A signal handler: allocates nothing, takes no lock, and runs no destructors.
void ExitNow(int) {
  const char* why = exit_reason;
  if (why != nullptr) ReportLastLine(why);
  std::_Exit(EXIT_FAILURE);
}

}  // namespace

int RaiseDescriptorLimit() {
  rlimit limit = {};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
  }
  return DescriptorLimit();
}

int DescriptorLimit() {
  rlimit limit = {};
  constexpr rlim_t kMost = std::numeric_limits<int>::max();
  return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? static_cast<int>(std::min(limit.rlim_cur, kMost))
                                               : 0;
}

int FirstReservedDescriptor(int limit) { return limit - std::min(kReservedDescriptors, limit / 4); }

std::optional<uint64_t> CgroupMemoryLimit(const std::string& root) {
  std::ifstream groups(root + "/proc/self/cgroup");
  std::optional<uint64_t> least;
  std::string line;
  while (std::getline(groups, line)) {
    const std::vector<std::string> parts = absl::StrSplit(line, absl::MaxSplits(':', 2));
    if (parts.size() != 3) continue;
    const std::vector<absl::string_view> controllers = absl::StrSplit(parts[1], ',');
    const bool v1 =
        std::find(controllers.begin(), controllers.end(), "memory") != controllers.end();
    if (!v1 && parts[0] != "0") continue;
    const std::optional<uint64_t> limit =
        v1 ? LeastLimit(root + "/sys/fs/cgroup/memory", parts[2], "memory.limit_in_bytes")
           : LeastLimit(root + "/sys/fs/cgroup", parts[2], "memory.max");
    if (limit) least = std::min(*limit, least.value_or(*limit));
  }
  return least;
}

void EndWithAWordWhenOutOfMemory(const char* line) {
  out_of_memory_line = line;
  std::set_new_handler(End);
  signal(SIGABRT, OnAbort);
}

void ForceExitAfter(absl::Duration delay, const char* why) {
  exit_reason = why;
  struct sigaction exits = {};
  exits.sa_handler = ExitNow;
  sigaction(SIGALRM, &exits, nullptr);
  const itimerval alarm = {.it_interval = {}, .it_value = absl::ToTimeval(delay)};
  setitimer(ITIMER_REAL, &alarm, nullptr);
}

std::string SafeGrpcExperiments(absl::string_view given) {
  if (absl::StrContains(given, kReadChunks)) return std::string(given);
  return absl::StrCat(given, given.empty() ? "" : ",", "-", kReadChunks);
}

void ChooseGrpcExperiments() {
  const char* given = std::getenv(kVariable);
  setenv(kVariable, SafeGrpcExperiments(given == nullptr ? "" : given).c_str(), /*overwrite=*/1);
}

}  // namespace cache_invalidation::process
