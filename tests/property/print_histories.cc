// SPDX-License-Identifier: Apache-2.0

// Prints what engines do for random sequences, with the disturbances that the flags select, for
// comparison with the output of another process.

#include <cstdint>
#include <cstdio>
#include <string>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/strings/str_cat.h"
#include "tests/property/generator.h"
#include "tests/property/history_text.h"
#include "tests/property/recording.h"

ABSL_FLAG(uint64_t, seed, 1, "The seed of the first sequence; the others count up from it.");
ABSL_FLAG(uint64_t, sequences, 1, "How many sequences to run.");
ABSL_FLAG(uint64_t, steps, 60, "How many steps a sequence has.");
ABSL_FLAG(uint64_t, noise, 0, "See Disturbance, as the others.");
ABSL_FLAG(bool, rebuilds, false, "");
ABSL_FLAG(bool, frees, false, "");

namespace cache_invalidation::property {
namespace {

void PrintAll() {
  const uint64_t first = absl::GetFlag(FLAGS_seed);
  for (uint64_t seed = first; seed < first + absl::GetFlag(FLAGS_sequences); ++seed) {
    const Disturbance disturbance = {.noise = absl::GetFlag(FLAGS_noise),
                                     .rebuilds = absl::GetFlag(FLAGS_rebuilds),
                                     .frees = absl::GetFlag(FLAGS_frees)};
    const std::string text = absl::StrCat(
        "seed ", seed, "\n",
        HistoryText(LimitsOf(seed), Record(seed, absl::GetFlag(FLAGS_steps)), disturbance));
    std::fwrite(text.data(), 1, text.size(), stdout);
  }
}

}  // namespace
}  // namespace cache_invalidation::property

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  cache_invalidation::property::PrintAll();
}
