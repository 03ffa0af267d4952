// SPDX-License-Identifier: Apache-2.0

// The cost of the engine without a server around it. Arguments are those of Google Benchmark.

#include "benchmark/benchmark.h"

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
