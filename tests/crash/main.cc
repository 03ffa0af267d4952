// The crash tests; `crash_test --help` lists the flags.

#include <cstdint>
#include <iostream>
#include <random>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "gtest/gtest.h"
#include "tests/crash/flags.h"

ABSL_FLAG(int, cycles, 50, "How often the server is killed.");
ABSL_FLAG(uint32_t, seed, 0, "Of everything that is random. 0: another one each time.");

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  absl::ParseCommandLine(argc, argv);
  if (absl::GetFlag(FLAGS_seed) == 0) absl::SetFlag(&FLAGS_seed, std::random_device{}() | 1);
  std::cout << "--seed=" << absl::GetFlag(FLAGS_seed) << std::endl;
  return RUN_ALL_TESTS();
}
