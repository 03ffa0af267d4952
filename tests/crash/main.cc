// SPDX-License-Identifier: Apache-2.0

// The crash tests; `crash_test --help` lists the flags.

#include <cstdint>
#include <iostream>
#include <random>
#include <string>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "gtest/gtest.h"
#include "tests/crash/cache_process.h"
#include "tests/crash/flags.h"

ABSL_FLAG(int, cycles, 50, "How often the server is killed.");
ABSL_FLAG(int, restarts, 3, "How often the server is asked to stop and started again.");
ABSL_FLAG(uint32_t, seed, 0, "Of everything that is random. 0: another one each time.");
ABSL_FLAG(std::string, cache_process, "", "Set by the tests themselves: be a cache.");

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  absl::ParseCommandLine(argc, argv);
  const std::string cache = absl::GetFlag(FLAGS_cache_process);
  if (!cache.empty()) cache_invalidation::RunCacheProcess(cache);
  if (absl::GetFlag(FLAGS_seed) == 0) absl::SetFlag(&FLAGS_seed, std::random_device{}() | 1);
  std::cout << "--seed=" << absl::GetFlag(FLAGS_seed) << std::endl;
  return RUN_ALL_TESTS();
}
