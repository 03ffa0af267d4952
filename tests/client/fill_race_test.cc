// SPDX-License-Identifier: Apache-2.0

// Searches the interleavings of loads, commits, invalidations, deliveries, reconnects, resets and
// leases for a read older than a completed waiting call guarantees, and for a value that stays
// stale. Tries every order in which the actors of a scenario are preempted at most a given number
// of times; nothing is random.
//
//   fill_race_test --deeper=1 --interleavings=100000000
// tries orders with one more preemption, at most this many for each scenario, and
//   fill_race_test --scenario="lost lease" --schedule=0,1,0,2
// tries only that one.

#include <cstdint>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "gtest/gtest.h"
#include "tests/client/explorer.h"
#include "tests/client/scenario.h"

ABSL_FLAG(int, deeper, 0, "How many preemptions more than usual.");
ABSL_FLAG(uint64_t, interleavings, UINT64_MAX, "How many to search in each scenario at most.");
ABSL_FLAG(std::string, scenario, "", "Only the scenario of that name.");
ABSL_FLAG(std::string, schedule, "", "Only this schedule, of that scenario.");

namespace cache_invalidation::interleaving {
namespace {

std::vector<Scenario> ChosenScenarios() {
  std::vector<Scenario> chosen;
  std::vector<Scenario> all = AllScenarios();
  for (Scenario& scenario : all) {
    const std::string only = absl::GetFlag(FLAGS_scenario);
    if (only.empty() || only == scenario.name) chosen.push_back(std::move(scenario));
  }
  return chosen;
}

// The number of orders that the whole search must try, unless flags restrict it.
constexpr uint64_t kAtLeast = 1'000'000;

TEST(FillRaceTest, NothingStaleInAnyInterleaving) {
  if (!absl::GetFlag(FLAGS_schedule).empty()) GTEST_SKIP() << "one schedule was asked for";
  uint64_t total = 0;
  std::cout << absl::StreamFormat("%-24s %10s %10s %10s %10s %10s\n", "scenario", "orders", "hits",
                                  "kept", "refused", "shared");
  for (const Scenario& scenario : ChosenScenarios()) {
    Coverage coverage;
    const int preemptions = scenario.preemptions + absl::GetFlag(FLAGS_deeper);
    const Exploration exploration =
        Explore(absl::GetFlag(FLAGS_interleavings), [&](Schedule& schedule) {
          return RunScenario(scenario, Broken::kNothing, preemptions, schedule, coverage);
        });
    EXPECT_EQ(exploration.failure, "") << scenario.name;
    EXPECT_TRUE(exploration.is_complete || absl::GetFlag(FLAGS_interleavings) != UINT64_MAX);
    // Without these a search shows nothing.
    EXPECT_GT(coverage.hits, 0u) << scenario.name;
    EXPECT_GT(coverage.kept, 0u) << scenario.name;
    EXPECT_GT(coverage.refused, 0u) << scenario.name;
    EXPECT_GT(coverage.invalidated, 0u) << scenario.name;
    std::cout << absl::StreamFormat("%-24s %10d %10d %10d %10d %10d\n", scenario.name,
                                    exploration.interleavings, coverage.hits, coverage.kept,
                                    coverage.refused, coverage.shared);
    total += exploration.interleavings;
  }
  std::cout << absl::StreamFormat("%-24s %10d\n", "all", total);
  RecordProperty("interleavings", absl::StrCat(total));
  if (absl::GetFlag(FLAGS_scenario).empty() && absl::GetFlag(FLAGS_interleavings) == UINT64_MAX) {
    EXPECT_GE(total, kAtLeast);
  }
}

TEST(FillRaceTest, OneSchedule) {
  const std::string text = absl::GetFlag(FLAGS_schedule);
  if (text.empty()) GTEST_SKIP() << "none was asked for";
  for (const Scenario& scenario : ChosenScenarios()) {
    Coverage coverage;
    Schedule schedule = Schedule::Parse(text);
    EXPECT_EQ(RunScenario(scenario, Broken::kNothing,
                          scenario.preemptions + absl::GetFlag(FLAGS_deeper), schedule, coverage),
              "");
  }
}

// Each rule is needed: without it, the search finds a violation.
TEST(FillRaceTest, FindsWhatIsBrokenOnPurpose) {
  if (!absl::GetFlag(FLAGS_schedule).empty()) GTEST_SKIP() << "one schedule was asked for";
  for (const Scenario& scenario : ChosenScenarios()) {
    for (const Broken broken : scenario.finds) {
      Exploration exploration;
      for (int preemptions = 1; preemptions <= scenario.preemptions && exploration.failure.empty();
           ++preemptions) {
        Coverage coverage;
        exploration = Explore(UINT64_MAX, [&](Schedule& schedule) {
          return RunScenario(scenario, broken, preemptions, schedule, coverage);
        });
      }
      EXPECT_NE(exploration.failure, "") << scenario.name << ": " << Name(broken);
      std::cout << absl::StreamFormat(
          "%-24s %-20s found in %d: %s\n", scenario.name, Name(broken), exploration.interleavings,
          exploration.failure.substr(0, exploration.failure.find('\n')));
    }
  }
}

}  // namespace
}  // namespace cache_invalidation::interleaving

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  absl::ParseCommandLine(argc, argv);
  return RUN_ALL_TESTS();
}
