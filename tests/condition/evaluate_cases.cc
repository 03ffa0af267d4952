// SPDX-License-Identifier: Apache-2.0

// Reads cases from standard input, one per line (case.h), and writes for each a line:
//
//   outcome TAB message
//
// The result of a line is written before the next line is read, so that a caller can wait for it.

#include <iostream>
#include <string>

#include "absl/strings/str_replace.h"
#include "tests/condition/case.h"

int main() {
  using namespace cache_invalidation::condition;
  std::ios::sync_with_stdio(false);
  std::string line;
  while (std::getline(std::cin, line)) {
    const Result result = RunCase(ReadCase(line));
    const std::string message = absl::StrReplaceAll(result.message, {{"\n", " "}});
    std::cout << result.outcome << '\t' << message << std::endl;
  }
}
