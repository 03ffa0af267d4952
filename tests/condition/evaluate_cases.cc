// Reads cases from standard input, a line each (case.h), and answers each with a line:
//
//   outcome TAB message
//
// A line is answered before the next is read, so that a caller may wait for it.

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
