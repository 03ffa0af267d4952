// SPDX-License-Identifier: Apache-2.0

// Parses the flags of the tests that can run longer than by default.

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "gtest/gtest.h"
#include "tests/process/flags.h"

ABSL_FLAG(int64_t, flood_bytes, int64_t{3} << 30, "Bytes that a flood sends.");
ABSL_FLAG(absl::Duration, flood_time, absl::Seconds(15), "How long a flood lasts at most.");

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  absl::ParseCommandLine(argc, argv);
  return RUN_ALL_TESTS();
}
