// SPDX-License-Identifier: Apache-2.0

// Costs of the system. Without arguments: first tables of what the server and the cache of the SDK
// cost, then the engine alone. With arguments, which are those of Google Benchmark, the tables are
// skipped; --measure_the_cache prints only the second table.

#include <cstring>

#include "benchmark/benchmark.h"
#include "tests/benchmark/cache_benchmark.h"
#include "tests/benchmark/measured_server.h"
#include "tests/benchmark/server_benchmark.h"

int main(int argc, char** argv) {
  if (argc == 2 && std::strcmp(argv[1], cache_invalidation::kServeTheService) == 0) {
    cache_invalidation::ServeTheService();
    return 0;
  }
  if (argc == 2 && std::strcmp(argv[1], cache_invalidation::kServeEmptyCalls) == 0) {
    cache_invalidation::ServeEmptyCalls();
    return 0;
  }
  if (argc == 2 && std::strcmp(argv[1], cache_invalidation::kMeasureTheCache) == 0) {
    cache_invalidation::MeasureCache();
    return 0;
  }
  const bool everything = argc == 1;
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  if (everything) {
    cache_invalidation::MeasureServer();
    cache_invalidation::MeasureCache();
  }
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
