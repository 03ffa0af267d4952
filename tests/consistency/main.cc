// SPDX-License-Identifier: Apache-2.0

// The consistency tests; `consistency_test --help` lists the flags.

#include "absl/flags/parse.h"
#include "gtest/gtest.h"

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  absl::ParseCommandLine(argc, argv);
  return RUN_ALL_TESTS();
}
