// SPDX-License-Identifier: Apache-2.0

// Runs simulated worlds, one per seed. A failure prints its seed; `--seed=N --seeds=1 --log` runs
// that world alone and prints everything that happens in it.

#include <cstdint>
#include <cstdio>
#include <ostream>
#include <string>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "tests/simulation/world.h"

ABSL_FLAG(uint64_t, seed, 1, "The seed of the first world; the others count up from it.");
ABSL_FLAG(uint64_t, seeds, 2000, "How many worlds to run, over all slices.");
ABSL_FLAG(bool, log, false, "Print what happens in each world.");

namespace cache_invalidation::simulation {
namespace {

// Prints the log of a world.
void Print(const World& world) {
  std::fputs(absl::StrCat(absl::StrJoin(world.report().lines(), "\n"), "\n").c_str(), stdout);
}

// The worlds are divided into slices, so that they spread over shards.
class SimulationTest : public testing::TestWithParam<uint64_t> {};

constexpr uint64_t kSlices = 8;

TEST_P(SimulationTest, EveryWorldKeepsItsPromises) {
  const uint64_t first = absl::GetFlag(FLAGS_seed);
  for (uint64_t i = GetParam(); i < absl::GetFlag(FLAGS_seeds); i += kSlices) {
    World world(first + i, Mutation::kNone, absl::GetFlag(FLAGS_log));
    world.Run();
    if (absl::GetFlag(FLAGS_log)) Print(world);
    ASSERT_TRUE(world.report().ok())
        << "--seed=" << first + i << " --seeds=1: " << world.report().failure();
  }
}

INSTANTIATE_TEST_SUITE_P(Slices, SimulationTest, testing::Range<uint64_t>(0, kSlices));

// A planted mistake, and the first seed to try: for rare ones shortly before a world that finds it,
// so that the test is short.
struct Planted {
  Mutation mutation;
  const char* name;
  uint64_t first_seed = 1;
};

// After this number of worlds a mistake counts as missed.
constexpr uint64_t kWorldsToFindIt = 1000;

std::ostream& operator<<(std::ostream& out, const Planted& planted) { return out << planted.name; }

class MutationTest : public testing::TestWithParam<Planted> {};

TEST_P(MutationTest, IsFound) {
  const uint64_t first = GetParam().first_seed;
  for (uint64_t seed = first; seed < first + kWorldsToFindIt; ++seed) {
    World world(seed, GetParam().mutation, /*keeps_log=*/false);
    world.Run();
    if (world.report().ok()) continue;
    RecordProperty("seed", absl::StrCat(seed));
    std::fputs(absl::StrCat("found by seed ", seed, ": ", world.report().failure(), "\n").c_str(),
               stdout);
    return;
  }
  FAIL() << kWorldsToFindIt << " worlds kept all promises";
}

INSTANTIATE_TEST_SUITE_P(
    Mutations, MutationTest,
    testing::Values(Planted{Mutation::kAnswersBeforeSync, "answers before sync"},
                    Planted{Mutation::kKeepsEpoch, "keeps epoch"},
                    Planted{Mutation::kTrustsEntries, "trusts entries"},
                    Planted{Mutation::kRecordsRunFirst, "records run first"},
                    Planted{Mutation::kSkipsAfterResume, "skips after resume"},
                    Planted{Mutation::kAcknowledgesTooMuch, "acknowledges too much", 3300},
                    Planted{Mutation::kForgetsStrangers, "forgets strangers"},
                    Planted{Mutation::kForgetsWakeAfterRead, "forgets wake after read"},
                    Planted{Mutation::kForgetsWakeAfterWrite, "forgets wake after write"},
                    Planted{Mutation::kIgnoresFailedSync, "ignores failed sync"},
                    Planted{Mutation::kTearsBatches, "tears batches"},
                    Planted{Mutation::kHidesMissingEnd, "hides missing end"},
                    Planted{Mutation::kLeaseFromEcho, "lease from echo"},
                    Planted{Mutation::kKeepsLateFills, "keeps late fills"}));

// The worlds contain the faults and calls that they are meant to contain.
TEST(WorldTest, MuchHappens) {
  World::Counts counts;
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    World world(seed, Mutation::kNone, /*keeps_log=*/false);
    world.Run();
    counts += world.counts();
  }
  std::fputs(absl::StrCat(counts.commands, " commands, ", counts.runs, " runs, ", counts.epochs,
                          " new epochs, ", counts.kills, " kills, ", counts.power_losses,
                          " losses of power, ", counts.failed_stores, " failed stores, ",
                          counts.clean_stops, " clean stops, ", counts.waits, " waits\n")
                 .c_str(),
             stdout);
  EXPECT_GT(counts.commands, 2000u);
  EXPECT_GT(counts.kills, 50u);
  EXPECT_GT(counts.power_losses, 50u);
  EXPECT_GT(counts.failed_stores, 50u);
  EXPECT_GT(counts.clean_stops, 50u);
  EXPECT_GT(counts.waits, 100u);
}

TEST(DeterminismTest, TheSameSeedIsTheSameHistory) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    World once(seed, Mutation::kNone, /*keeps_log=*/true);
    once.Run();
    World again(seed, Mutation::kNone, /*keeps_log=*/true);
    again.Run();
    ASSERT_EQ(once.report().lines(), again.report().lines()) << "seed " << seed;
  }
}

}  // namespace
}  // namespace cache_invalidation::simulation

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  absl::ParseCommandLine(argc, argv);
  return RUN_ALL_TESTS();
}
