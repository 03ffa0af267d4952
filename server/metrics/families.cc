// SPDX-License-Identifier: Apache-2.0

#include "server/metrics/families.h"

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace cache_invalidation::metrics {
namespace {

using prometheus::MetricFamily;
using prometheus::MetricType;

std::string ReadFile(const char* path) {
  std::ifstream file(path);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

// Fields of /proc/self/stat, numbered from 1 as in its manual page.
constexpr size_t kUserTicks = 14;
constexpr size_t kSystemTicks = 15;
constexpr size_t kThreads = 20;
constexpr size_t kStartTicks = 22;
constexpr size_t kVirtualBytes = 23;
constexpr size_t kResidentPages = 24;

class ProcStat {
 public:
  // The second field, the program's name, is in parentheses and can contain anything; the fields
  // after it are counted.
  explicit ProcStat(const std::string& text) {
    const size_t end_of_name = text.rfind(')');
    if (end_of_name == std::string::npos) return;
    fields_ =
        absl::StrSplit(text.substr(end_of_name + 1), absl::ByAnyChar(" \n"), absl::SkipEmpty());
  }

  std::optional<double> Field(size_t number) const {
    constexpr size_t kFirst = 3;
    double value = 0;
    if (number - kFirst >= fields_.size() || !absl::SimpleAtod(fields_[number - kFirst], &value)) {
      return std::nullopt;
    }
    return value;
  }

 private:
  std::vector<std::string> fields_;
};

// The boot time of the machine, in Unix time.
std::optional<double> BootSeconds() {
  const std::string text = ReadFile("/proc/stat");
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    double seconds = 0;
    if (line.substr(0, 6) == "btime " && absl::SimpleAtod(line.substr(6), &seconds)) return seconds;
  }
  return std::nullopt;
}

std::optional<double> OpenFiles() {
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(opendir("/proc/self/fd"), closedir);
  if (directory == nullptr) return std::nullopt;
  double count = -1;  // not the descriptor that reads the directory
  while (const dirent* entry = readdir(directory.get())) {
    if (entry->d_name[0] != '.') ++count;
  }
  return count;
}

std::optional<double> MaxOpenFiles() {
  rlimit limit = {};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return std::nullopt;
  return static_cast<double>(limit.rlim_cur);
}

}  // namespace

prometheus::Counter& MakeCounter(prometheus::Registry& registry, absl::string_view name,
                                 const std::string& help, const prometheus::Labels& labels) {
  return prometheus::BuildCounter()
      .Name(absl::StrCat(kPrefix, name))
      .Help(help)
      .Register(registry)
      .Add(labels);
}

prometheus::Gauge& MakeGauge(prometheus::Registry& registry, absl::string_view name,
                             const std::string& help, const prometheus::Labels& labels) {
  return prometheus::BuildGauge()
      .Name(absl::StrCat(kPrefix, name))
      .Help(help)
      .Register(registry)
      .Add(labels);
}

std::vector<prometheus::Counter*> MakeCounters(prometheus::Registry& registry,
                                               absl::string_view name, const std::string& help,
                                               const std::string& label,
                                               const std::vector<std::string>& values) {
  std::vector<prometheus::Counter*> counters;
  for (const std::string& value : values) {
    counters.push_back(&MakeCounter(registry, name, help, {{label, value}}));
  }
  return counters;
}

prometheus::Histogram& MakeHistogram(prometheus::Registry& registry, absl::string_view name,
                                     const std::string& help, const std::vector<double>& buckets) {
  return prometheus::BuildHistogram()
      .Name(absl::StrCat(kPrefix, name))
      .Help(help)
      .Register(registry)
      .Add({}, buckets);
}

MetricFamily MakeFamily(std::string name, std::string help, MetricType type, double value) {
  MetricFamily family;
  family.name = std::move(name);
  family.help = std::move(help);
  family.type = type;
  prometheus::ClientMetric& metric = family.metric.emplace_back();
  (type == MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
  return family;
}

MetricFamily BuildInfo(absl::string_view prefix, absl::string_view version) {
  MetricFamily family =
      MakeFamily(absl::StrCat(prefix, "build_info"),
                 "Always 1; the labels identify the executable.", MetricType::Gauge, 1);
  family.metric.front().label = {{"compiler", absl::StrCat("gcc ", __VERSION__)},
                                 {"version", std::string(version)}};
  return family;
}

std::vector<MetricFamily> ProcessFamilies() {
  const ProcStat stat(ReadFile("/proc/self/stat"));
  const auto ticks_per_second = static_cast<double>(sysconf(_SC_CLK_TCK));
  const auto page_bytes = static_cast<double>(sysconf(_SC_PAGESIZE));

  std::vector<MetricFamily> families;
  const auto add = [&](const char* name, const char* help, MetricType type,
                       std::optional<double> value) {
    if (value) families.push_back(MakeFamily(name, help, type, *value));
  };
  const std::optional<double> user = stat.Field(kUserTicks);
  const std::optional<double> system = stat.Field(kSystemTicks);
  if (user && system) {
    add("process_cpu_seconds_total", "User and system CPU time in seconds.", MetricType::Counter,
        (*user + *system) / ticks_per_second);
  }
  add("process_threads", "Threads of the process.", MetricType::Gauge, stat.Field(kThreads));
  add("process_virtual_memory_bytes", "Virtual memory size.", MetricType::Gauge,
      stat.Field(kVirtualBytes));
  if (const auto pages = stat.Field(kResidentPages)) {
    add("process_resident_memory_bytes", "Resident memory size.", MetricType::Gauge,
        *pages * page_bytes);
  }
  const std::optional<double> boot = BootSeconds();
  const std::optional<double> start = stat.Field(kStartTicks);
  if (boot && start) {
    add("process_start_time_seconds", "Start of the process in seconds since 1970.",
        MetricType::Gauge, *boot + *start / ticks_per_second);
  }
  add("process_open_fds", "Open file descriptors.", MetricType::Gauge, OpenFiles());
  add("process_max_fds", "Maximum number of open file descriptors.", MetricType::Gauge,
      MaxOpenFiles());
  return families;
}

}  // namespace cache_invalidation::metrics
