// SPDX-License-Identifier: Apache-2.0

// What the system costs, beside what it could cost at least: a table for each kind of work.
// `./dev bench` runs it.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "tests/benchmark/bare_service.h"
#include "tests/benchmark/works.h"

ABSL_FLAG(std::vector<std::string>, only, {}, "The works to measure. Default: all.");

namespace cache_invalidation {
namespace {

struct Work {
  const char* name;
  void (*measure)();
};
constexpr Work kWorks[] = {
    {"calls", MeasureCalls},     {"stream", MeasureStreamedWrites}, {"delivery", MeasureDelivery},
    {"latency", MeasureLatency}, {"cascade", MeasureCascade},       {"neighbour", MeasureNeighbour},
    {"memory", MeasureMemory},   {"namespaces", MeasureNamespaces}, {"waiting", MeasureWaiting},
    {"sdk", MeasureSdk},         {"cache", MeasureCache},
};

bool IsWork(const std::string& name) {
  return std::any_of(std::begin(kWorks), std::end(kWorks),
                     [&](const Work& work) { return name == work.name; });
}

int Measure(const std::vector<std::string>& only) {
  for (const std::string& name : only) {
    if (IsWork(name)) continue;
    std::fprintf(stderr, "--only=%s: expected", name.c_str());
    for (const Work& work : kWorks) std::fprintf(stderr, " %s", work.name);
    std::fprintf(stderr, "\n");
    return EXIT_FAILURE;
  }
  for (const Work& work : kWorks) {
    if (only.empty() || std::count(only.begin(), only.end(), work.name) > 0) work.measure();
  }
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace cache_invalidation

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  if (cache_invalidation::ServeBareService()) return EXIT_SUCCESS;
  return cache_invalidation::Measure(absl::GetFlag(FLAGS_only));
}
