// SPDX-License-Identifier: Apache-2.0

// Runs random sequences of commands and queries on the engine and on the reference model and
// compares every event, every result and every counter. A failure prints its seed and the shortest
// sequence that still fails; `--seed=N --sequences=1` runs only that seed.

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/strings/str_cat.h"
#include "common/limits.h"
#include "gtest/gtest.h"
#include "tests/property/generator.h"
#include "tests/property/shrinking.h"
#include "tests/property/side_by_side.h"

ABSL_FLAG(uint64_t, seed, 1, "The seed of the first sequence; the others count up from it.");
ABSL_FLAG(uint64_t, sequences, 10'000, "How many sequences to run, over all slices.");
ABSL_FLAG(uint64_t, steps, 40, "How many steps a sequence has.");

namespace cache_invalidation::property {
namespace {

std::string RunAll(const engine::Limits& limits, const std::vector<Step>& steps) {
  SideBySide both(limits);
  for (const Step& step : steps) {
    const std::string difference = both.Run(step);
    if (!difference.empty()) return difference;
  }
  return both.AskEverything();
}

// The shortest failure that the seed leads to; empty if all is well.
std::string RunSeed(uint64_t seed) {
  const engine::Limits limits = LimitsOf(seed);
  Generator generator(seed);
  SideBySide both(limits);
  std::vector<Step> steps;
  std::string difference;
  for (uint64_t i = 0; i < absl::GetFlag(FLAGS_steps) && difference.empty(); ++i) {
    steps.push_back(generator.Next(both.head(), both.floor()));
    difference = both.Run(steps.back());
  }
  if (difference.empty()) difference = both.AskEverything();
  if (difference.empty()) return "";
  const auto run = [&limits](const std::vector<Step>& some) { return RunAll(limits, some); };
  return Report(Shrink(std::move(steps), run), run);
}

// One of the slices in which the sequences run, so that they spread over shards.
class EnginePropertyTest : public testing::TestWithParam<uint64_t> {};

constexpr uint64_t kSlices = 8;

TEST_P(EnginePropertyTest, EngineDoesWhatTheModelDoes) {
  const uint64_t first = absl::GetFlag(FLAGS_seed);
  for (uint64_t i = GetParam(); i < absl::GetFlag(FLAGS_sequences); i += kSlices) {
    const std::string failure = RunSeed(first + i);
    ASSERT_TRUE(failure.empty()) << "--seed=" << first + i << " --sequences=1\n" << failure;
  }
}

// A batch that a few more targets fill.
Step AlmostFullBatch(uint64_t seed) {
  Step step;
  step.buffer = std::make_shared<Buffer>();
  engine::Invalidate command;
  command.strategy = engine::Strategy::kBatched;
  for (uint64_t i = 0; i < kMaxPendingTargets - 1 - seed % 4; ++i) {
    command.tags.push_back(step.buffer->Keep(absl::StrCat("n", i)));
  }
  step.action = std::move(command);
  return step;
}

// The alphabets are too small to fill a batch, so these sequences begin with one that nearly is.
TEST(FullBatchTest, EngineDoesWhatTheModelDoes) {
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    Generator generator(seed);
    SideBySide both(LimitsOf(seed));
    std::string difference = both.Run(AlmostFullBatch(seed));
    for (int i = 0; i < 20 && difference.empty(); ++i) {
      const Step step = generator.Next(both.head(), both.floor());
      difference = both.Run(step);
      if (!difference.empty()) absl::StrAppend(&difference, "in step ", i, ": ", Text(step));
    }
    // Ten thousand lines would hide the one that counts.
    ASSERT_TRUE(difference.empty()) << "seed " << seed << "\n" << difference.substr(0, 5000);
  }
}

INSTANTIATE_TEST_SUITE_P(Slices, EnginePropertyTest, testing::Range<uint64_t>(0, kSlices));

}  // namespace
}  // namespace cache_invalidation::property

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  absl::ParseCommandLine(argc, argv);
  return RUN_ALL_TESTS();
}
