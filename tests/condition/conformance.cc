// SPDX-License-Identifier: Apache-2.0

// CEL's conformance cases, one test each. $CONFORMANCE_CASES is the file that conformance_cases.mjs
// wrote. Prints at the end a table of passed, failed and skipped cases of each file, and why cases
// were skipped.

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "common/check.h"
#include "tests/condition/case.h"

namespace cache_invalidation::condition {
namespace {

// How many of the cases of @bufbuild/cel-spec 0.6.1 are about values that JSON, time and CEL's own
// literals can make; and of the texts for parsers. Fewer would mean that cases are lost on the way.
constexpr int kApplicableCases = 1093;
constexpr int kApplicableTexts = 156;

struct Count {
  int applicable = 0;
  int passed = 0;
  int failed = 0;
  std::map<std::string, int> skipped;  // by reason
};

// By file.
using Counts = std::map<std::string, Count>;

class CaseTest : public testing::Test {
 public:
  CaseTest(Case tested, Count& count) : tested_(std::move(tested)), count_(count) {}

  void TestBody() override {
    const Result result = RunCase(tested_);
    EXPECT_EQ(result.outcome, tested_.expected)
        << tested_.text << "\nwith " << tested_.bindings << "\n"
        << result.message;
    ++(HasFailure() ? count_.failed : count_.passed);
  }

 private:
  const Case tested_;
  Count& count_;
};

// Registers a test for every case that is for us; counts the others.
void Register(std::istream& lines, Counts& counts) {
  std::string line;
  while (std::getline(lines, line)) {
    Case read = ReadCase(line);
    const std::pair<std::string, std::string> name =
        absl::StrSplit(read.name, absl::MaxSplits('.', 1));
    Count& count = counts[name.first];
    if (!read.skip.empty()) {
      ++count.skipped[read.skip];
      continue;
    }
    const auto make = [read = std::move(read), &count]() -> testing::Test* {
      return new CaseTest(read, count);
    };
    ++count.applicable;
    testing::RegisterTest(name.first.c_str(), name.second.c_str(), nullptr, nullptr, __FILE__,
                          __LINE__, make);
  }
}

void Print(const Counts& counts) {
  std::cout << absl::StreamFormat("%-16s%8s%8s%8s\n", "file", "passed", "failed", "skipped");
  for (const auto& [file, count] : counts) {
    int skipped = 0;
    std::string reasons;
    for (const auto& [reason, times] : count.skipped) {
      skipped += times;
      absl::StrAppendFormat(&reasons, "  %d: %s", times, reason);
    }
    std::cout << absl::StreamFormat("%-16s%8d%8d%8d%s\n", file, count.passed, count.failed, skipped,
                                    reasons);
  }
}

// Nothing is lost on the way from the package to here.
bool AreComplete(const Counts& counts) {
  int cases = 0;
  int texts = 0;
  for (const auto& [file, count] : counts) {
    (file == "parsing" ? texts : cases) += count.applicable;
  }
  std::cout << absl::StreamFormat("%d cases of %d, %d texts of %d\n", cases, kApplicableCases,
                                  texts, kApplicableTexts);
  return cases == kApplicableCases && texts == kApplicableTexts;
}

}  // namespace
}  // namespace cache_invalidation::condition

int main(int argc, char** argv) {
  using namespace cache_invalidation;
  testing::InitGoogleTest(&argc, argv);
  const char* path = std::getenv("CONFORMANCE_CASES");
  Check(path != nullptr, "CONFORMANCE_CASES names a file");
  std::ifstream lines(path);
  condition::Counts counts;
  condition::Register(lines, counts);
  const int failed = RUN_ALL_TESTS();
  condition::Print(counts);
  return condition::AreComplete(counts) ? failed : 1;
}
