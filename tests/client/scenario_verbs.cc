// SPDX-License-Identifier: Apache-2.0

// Scenarios of GetOrLoadMany, GetOrLoadAsync and values that are kept as stale.

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/client/actors.h"
#include "tests/client/scenario.h"
#include "tests/client/scenario_parts.h"

namespace cache_invalidation::interleaving {
namespace {

constexpr ReadOptions kIfError{.if_error = true};

KeySpec ThirdSpec() { return {.row = kPageRow, .tags = {{"page:1"}}}; }

CacheCoreOptions KeepingStale(Time stale_for, bool loads_in_background) {
  CacheCoreOptions options = TwoShards();
  options.stale_for = absl::Seconds(stale_for);
  options.loads_in_background = loads_in_background;
  return options;
}

// Lets time pass, while the lease lasts.
std::unique_ptr<Script> Passing(World& world, std::vector<Time> times) {
  std::vector<std::function<void()>> steps;
  for (const Time time : times) steps.push_back([&world, time] { world.Advance(time); });
  return std::make_unique<Script>(std::move(steps));
}

Scenario SeveralKeys() {
  return {
      .name = "several keys",
      .keys = {{User(), UserSpec()}, {Third(), ThirdSpec()}},
      .actors =
          [](World& world) {
            return Together(
                std::make_unique<ManyReader>(world, std::vector<std::string>{User(), Third()}, 2),
                std::make_unique<ManyReader>(world, std::vector<std::string>{Third(), User()}),
                std::make_unique<Writer>(world, kUserRow, Evict("user:1")));
          },
      .options = TwoShards(),
      .finds = {Broken::kPositionAfterLoad, Broken::kSharesAnyLoad, Broken::kAcknowledgesEarly}};
}

Scenario Asynchronous() {
  return {
      .name = "asynchronous",
      .keys = {{User(), UserSpec()}},
      .actors =
          [](World& world) {
            return Together(std::make_unique<Reader>(world, User(), 2, ReadOptions(), Way::kAsync),
                            std::make_unique<Reader>(world, User()),
                            std::make_unique<Worker>(world),
                            std::make_unique<Writer>(world, kUserRow, Evict("user:1")));
          },
      .options = KeepingStale(0, true),
      .finds = {Broken::kPositionAfterLoad, Broken::kSharesAnyLoad, Broken::kAcknowledgesEarly}};
}

Scenario KeptAsStale() {
  return {.name = "kept as stale",
          .keys = {{User(), UserSpec()}},
          .cached = {User()},
          .actors =
              [](World& world) {
                return Together(std::make_unique<Reader>(world, User()),
                                std::make_unique<Reader>(world, User(), 2, kRevalidating),
                                std::make_unique<Worker>(world), Passing(world, {6}),
                                std::make_unique<Writer>(world, kUserRow, Evict("user:1")));
              },
          .options = KeepingStale(5, true),
          .finds = {Broken::kTakesStale, Broken::kStaleForLonger, Broken::kAcknowledgesEarly}};
}

// What is kept as stale counts from the end of the lease. The executor is too busy to run anything.
Scenario StaleAfterTheLease() {
  return {.name = "stale after the lease",
          .keys = {{User(), UserSpec()}},
          .cached = {User()},
          .actors =
              [](World& world) {
                return Together(std::make_unique<Script>(std::vector<std::function<void()>>{
                                    [&world] { world.service().Disconnect(); },
                                    [&world] { world.Advance(kServiceLease); },
                                    [&world] { Connect(world); },
                                    [&world] { world.Advance(2); },
                                    [&world] { world.Advance(2); },
                                }),
                                std::make_unique<Reader>(world, User(), 2, kRevalidating),
                                std::make_unique<Reader>(world, User()),
                                std::make_unique<Writer>(world, kUserRow, Evict("user:1")));
              },
          .options = KeepingStale(3, true),
          .finds = {Broken::kStaleForLonger, Broken::kNoFence}};
}

Scenario ComputedFromKept() {
  return {.name = "computed from kept",
          .keys = {{User(), MovingUser()}, {Page(), PageSpec()}},
          .cached = {User()},
          .actors =
              [](World& world) {
                return Together(std::make_unique<Reader>(world, Page(), 1, kRevalidating),
                                std::make_unique<Reader>(world, Page(), 2),
                                std::make_unique<Worker>(world),
                                std::make_unique<Writer>(world, kUserRow, Evict("team:0")));
              },
          .options = KeepingStale(100, true),
          .preemptions = 1,
          .finds = {Broken::kSharesStale, Broken::kNoDepartures, Broken::kNoTakeOver}};
}

// Another process has loaded the user anew, so the service knows the key, while this cache still
// keeps the stale value.
Scenario KeptAndKnownElsewhere() {
  return {.name = "kept, known elsewhere",
          .keys = {{User(), UserSpec()}, {Page(), PageSpec()}},
          .cached = {User()},
          .actors =
              [](World& world) {
                return Together(
                    std::make_unique<Script>(std::vector<std::function<void()>>{
                        [&world] { world.service().TrackUnchecked(User(), {.tags = {"user:1"}}); },
                    }),
                    std::make_unique<Reader>(world, Page(), 2, kRevalidating),
                    std::make_unique<Reader>(world, User()),
                    std::make_unique<Writer>(world, kUserRow, Evict("user:1")));
              },
          .options = KeepingStale(100, true),
          .preemptions = 1,
          .finds = {Broken::kForgetsStale, Broken::kNoTakeOver}};
}

Scenario Outage() {
  return {.name = "outage",
          .keys = {{User(), UserSpec()}},
          .cached = {User()},
          .actors =
              [](World& world) {
                return Together(std::make_unique<Reader>(world, User(), 2, kIfError, Way::kOutage),
                                std::make_unique<Reader>(world, User()), Passing(world, {3, 3}),
                                std::make_unique<Writer>(world, kUserRow, Evict("user:1")));
              },
          .options = KeepingStale(5, false),
          .finds = {Broken::kTakesStale, Broken::kStaleForLonger}};
}

Scenario SeveralKeysKept() {
  return {.name = "several keys, kept",
          .keys = {{User(), UserSpec()}, {Third(), ThirdSpec()}},
          .cached = {User(), Third()},
          .actors =
              [](World& world) {
                const std::vector<std::string> both = {User(), Third()};
                return Together(std::make_unique<ManyReader>(world, both, 2, kRevalidating),
                                std::make_unique<ManyReader>(world, both),
                                std::make_unique<Worker>(world), Passing(world, {6}),
                                std::make_unique<Writer>(world, kUserRow, Evict("user:1")));
              },
          .options = KeepingStale(5, true),
          .preemptions = 1,
          .finds = {Broken::kTakesStale, Broken::kStaleForLonger}};
}

}  // namespace

std::vector<Scenario> ScenariosOfVerbs() {
  return {SeveralKeys(),      Asynchronous(),          KeptAsStale(), StaleAfterTheLease(),
          ComputedFromKept(), KeptAndKnownElsewhere(), Outage(),      SeveralKeysKept()};
}

}  // namespace cache_invalidation::interleaving
