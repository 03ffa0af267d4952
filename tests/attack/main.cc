// SPDX-License-Identifier: Apache-2.0

// The cost of one client to all others: runs each attack against a server of its own, while a
// healthy client writes and listens in another namespace, and reports what it cost them.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "server/process/environment.h"
#include "tests/attack/attack.h"
#include "tests/attack/healthy.h"
#include "tests/attack/target.h"

ABSL_FLAG(std::string, only, "", "Run only the attacks whose name contains this.");
ABSL_FLAG(bool, small, false, "Run what a test run has time for, with inputs of a few seconds.");
ABSL_FLAG(double, patience, 1,
          "Holds may be so many times longer than the goal: for builds that do not optimise.");
ABSL_FLAG(int, healthy, 0, "Used by the program itself: be the healthy client of this port.");

namespace cache_invalidation::attack {
namespace {

struct Cost {
  bool alive = false;
  int64_t bytes = 0;
  absl::Duration hold;
  Health health;
  std::string complaints;
};

Cost Measure(const Attack& attack, const std::string& program) {
  Target target(attack.descriptors);
  if (attack.prepare) attack.prepare(target);
  std::optional<HealthyProcess> healthy;
  if (!attack.stops) healthy.emplace(program, target.grpc_port());
  const int64_t before = target.ResidentBytes();
  const Target::Holds holds = target.holds();
  target.ForgetPeak();
  attack.run(target);
  Cost cost;
  cost.alive = attack.stops || target.alive();
  if (target.alive()) {
    cost.bytes = std::max<int64_t>(0, target.PeakBytes() - before);
    cost.hold = Target::LongestSince(holds, target.holds());
  }
  if (healthy) cost.health = healthy->Finish();
  cost.complaints = target.complaints();
  return cost;
}

// What is wrong with it, in words; empty when it met its goal.
std::string Faults(const Goal& goal, const Cost& cost, double patience) {
  std::string faults = cost.complaints;
  if (!cost.alive) absl::StrAppend(&faults, " the server ended;");
  if (cost.bytes > goal.bytes) absl::StrAppend(&faults, " memory;");
  if (cost.hold > goal.hold * patience) absl::StrAppend(&faults, " hold;");
  if (!cost.health.first_failure.empty()) {
    absl::StrAppend(&faults, " a healthy client failed: ", cost.health.first_failure, ";");
  }
  if (cost.health.events < cost.health.writes) absl::StrAppend(&faults, " missing events;");
  return faults;
}

std::string Text(absl::Duration time) {
  return absl::StrFormat("%.1f ms", absl::ToDoubleMilliseconds(time));
}

int RunAll(const std::string& program) {
  const Size size = {.full = !absl::GetFlag(FLAGS_small)};
  std::vector<Attack> attacks;
  for (auto* make : {RequestAttacks, ObjectAttacks, CrowdAttacks, OverloadAttacks, WireAttacks}) {
    for (Attack& attack : make(size)) attacks.push_back(std::move(attack));
  }
  std::printf(
      "| attack | input | memory | another namespace waited | a shard was held | verdict |\n");
  std::printf("|---|---|---|---|---|---|\n");
  int missed = 0;
  for (const Attack& attack : attacks) {
    if (!absl::StrContains(attack.name, absl::GetFlag(FLAGS_only))) continue;
    const Cost cost = Measure(attack, program);
    const std::string faults = Faults(attack.goal, cost, absl::GetFlag(FLAGS_patience));
    const bool counts = attack.goal.beyond_us.empty();
    if (!faults.empty() && counts) ++missed;
    const std::string verdict = faults.empty() ? "met"
                                : counts       ? "MISSED:" + faults
                                               : "known:" + faults + " " + attack.goal.beyond_us;
    std::printf("| %s | %s | %d MiB | %s | <= %s | %s |\n", attack.name.c_str(),
                attack.input.c_str(), static_cast<int>(cost.bytes >> 20),
                Text(cost.health.slowest).c_str(), Text(cost.hold).c_str(), verdict.c_str());
    std::fflush(stdout);
  }
  std::printf("%d missed\n", missed);
  return missed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace
}  // namespace cache_invalidation::attack

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  const int healthy = absl::GetFlag(FLAGS_healthy);
  if (healthy != 0) return cache_invalidation::attack::RunHealthyProcess(healthy);
  // Some attacks have ten thousand connections.
  cache_invalidation::process::RaiseDescriptorLimit();
  return cache_invalidation::attack::RunAll(argv[0]);
}
