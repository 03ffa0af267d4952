// SPDX-License-Identifier: Apache-2.0

// The engine against itself, over random sequences: rows and retained events rebuild it, and the
// same commands give the same outcomes, rows and state, in this process and in others.

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "server/wire/event_codec.h"
#include "tests/property/generator.h"
#include "tests/property/history_text.h"
#include "tests/property/recording.h"
#include "tests/support/program.h"

ABSL_FLAG(uint64_t, seed, 1, "The seed of the first sequence; the others count up from it.");
ABSL_FLAG(uint64_t, sequences, 1'000, "How many sequences to run.");
ABSL_FLAG(uint64_t, steps, 60, "How many steps a sequence has.");

namespace cache_invalidation::property {
namespace {

// The first line that differs, with those before it back to the command; empty if none does.
std::string Difference(const std::string& first, const std::string& second) {
  if (first == second) return "";
  const std::vector<std::string> a = absl::StrSplit(first, '\n');
  const std::vector<std::string> b = absl::StrSplit(second, '\n');
  size_t line = 0;
  while (line < a.size() && line < b.size() && a[line] == b[line]) ++line;
  std::string text;
  for (size_t before = line < 40 ? 0 : line - 40; before < line; ++before) {
    absl::StrAppend(&text, "  ", a[before], "\n");
  }
  return absl::StrCat(text, "- ", line < a.size() ? a[line] : "", "\n+ ",
                      line < b.size() ? b[line] : "", "\n");
}

// The bytes of the events that a recording makes. Queries in between must not change them.
std::string Bytes(const engine::Limits& limits, const std::vector<Recorded>& recording, bool ask) {
  engine::Engine engine(kEpoch, limits);
  wire::EventEncoder encoder("default");
  std::string bytes;
  for (const Recorded& recorded : recording) {
    if (const auto* query = std::get_if<engine::Query>(&recorded.what)) {
      if (ask) engine.Answer(*query, recorded.now);
      continue;
    }
    const engine::Applied applied =
        engine.Apply(std::get<engine::Command>(recorded.what), recorded.now);
    for (const engine::Event& event : applied.events) encoder.Add(event);
    for (const auto& chunk : encoder.Finish()) absl::StrAppend(&bytes, chunk->bytes);
  }
  return bytes;
}

TEST(DeterminismTest, RowsAndRetainedEventsRebuildTheEngine) {
  for (uint64_t i = 0; i < absl::GetFlag(FLAGS_sequences); ++i) {
    const uint64_t seed = absl::GetFlag(FLAGS_seed) + i;
    const std::vector<Recorded> recording = Record(seed, absl::GetFlag(FLAGS_steps));
    const std::string whole = HistoryText(LimitsOf(seed), recording, {});
    const std::string rebuilt =
        HistoryText(LimitsOf(seed), recording, {.noise = seed, .rebuilds = true, .frees = true});
    ASSERT_EQ(Difference(whole, rebuilt), "") << "--seed=" << seed << " --sequences=1";
  }
}

TEST(DeterminismTest, QueriesChangeNothing) {
  for (uint64_t i = 0; i < absl::GetFlag(FLAGS_sequences); ++i) {
    const uint64_t seed = absl::GetFlag(FLAGS_seed) + i;
    const std::vector<Recorded> recording = Record(seed, absl::GetFlag(FLAGS_steps));
    const engine::Limits limits = LimitsOf(seed);
    ASSERT_TRUE(Bytes(limits, recording, true) == Bytes(limits, recording, false))
        << "--seed=" << seed << " --sequences=1";
  }
}

// What another process makes of the sequences: with other addresses, and so with other seeds of
// hashes.
std::string OfAnotherProcess(uint64_t seed, uint64_t sequences,
                             const std::vector<std::string>& flags) {
  std::vector<std::string> argv = {"tests/property/print_histories", absl::StrCat("--seed=", seed),
                                   absl::StrCat("--sequences=", sequences),
                                   absl::StrCat("--steps=", absl::GetFlag(FLAGS_steps))};
  argv.insert(argv.end(), flags.begin(), flags.end());
  Ended ended = RunProgram(argv);
  EXPECT_EQ(ended.code, 0) << ended.err;
  return std::move(ended.out);
}

TEST(DeterminismTest, EveryProcessComesToTheSameState) {
  constexpr uint64_t kTogether = 50;
  const uint64_t sequences = absl::GetFlag(FLAGS_sequences);
  for (uint64_t i = 0; i < sequences; i += kTogether) {
    const uint64_t seed = absl::GetFlag(FLAGS_seed) + i;
    const uint64_t together = std::min(kTogether, sequences - i);
    const std::string first = OfAnotherProcess(seed, together, {});
    ASSERT_FALSE(first.empty());
    ASSERT_EQ(Difference(first, OfAnotherProcess(seed, together, {"--noise=1"})), "");
    ASSERT_EQ(
        Difference(first, OfAnotherProcess(seed, together, {"--noise=2", "--rebuilds", "--frees"})),
        "");
  }
}

}  // namespace
}  // namespace cache_invalidation::property

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  absl::ParseCommandLine(argc, argv);
  return RUN_ALL_TESTS();
}
