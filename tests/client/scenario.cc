// SPDX-License-Identifier: Apache-2.0

#include "tests/client/scenario.h"

#include <iterator>
#include <utility>

#include "client/event.h"
#include "tests/client/actors.h"
#include "tests/client/scenario_parts.h"

namespace cache_invalidation::interleaving {
namespace {

Scenario FillRace() {
  return {
      .name = "fill race",
      .keys = {{User(), UserSpec()}},
      .actors =
          [](World& world) {
            return Together(std::make_unique<Reader>(world, User(), 2),
                            std::make_unique<Reader>(world, User(), 2),
                            std::make_unique<Writer>(world, kUserRow, Evict("user:1")));
          },
      .options = TwoShards(),
      .preemptions = 3,
      .finds = {Broken::kPositionAfterLoad, Broken::kSharesAnyLoad, Broken::kAcknowledgesEarly}};
}

Scenario TwoWriters() {
  return {.name = "two writers",
          .keys = {{User(), UserSpec()}},
          .cached = {User()},
          .actors =
              [](World& world) {
                return Together(std::make_unique<Reader>(world, User(), 3),
                                std::make_unique<Writer>(world, kUserRow, Evict("user")),
                                std::make_unique<Writer>(world, kUserRow, Evict("user:1")));
              },
          .options = TwoShards(),
          .finds = {Broken::kPositionAfterLoad, Broken::kAcknowledgesEarly}};
}

// A pattern hits the user; then everything is marked.
Scenario OtherTargets() {
  return {.name = "other targets",
          .keys = {{User(), UserSpec()}},
          .cached = {User()},
          .actors =
              [](World& world) {
                return Together(
                    std::make_unique<Reader>(world, User(), 3),
                    std::make_unique<Writer>(
                        world, kUserRow,
                        Invalidation{.target = TargetKind::kPattern, .name = "user:.*"}),
                    std::make_unique<Writer>(world, kUserRow,
                                             Invalidation{.kind = InvalidationKind::kMarkStale,
                                                          .target = TargetKind::kEverything}));
              },
          .options = TwoShards(),
          .finds = {Broken::kPositionAfterLoad, Broken::kAcknowledgesEarly}};
}

Scenario DroppedByItsProcess() {
  return {.name = "dropped by its process",
          .keys = {{User(), UserSpec()}},
          .actors =
              [](World& world) {
                return Together(std::make_unique<Reader>(world, User(), 2),
                                std::make_unique<Reader>(world, User()),
                                std::make_unique<Dropper>(world, kUserRow, "user"),
                                std::make_unique<Writer>(world, kPageRow, Evict("page")));
              },
          .options = TwoShards(),
          .finds = {Broken::kPositionAfterLoad, Broken::kSharesAnyLoad}};
}

Scenario MarkedStale() {
  return {.name = "marked stale",
          .keys = {{User(), UserSpec()}},
          .cached = {User()},
          .actors =
              [](World& world) {
                return Together(std::make_unique<Reader>(world, User(), 2),
                                std::make_unique<Reader>(world, User(), 2, kRevalidating),
                                std::make_unique<Writer>(world, kUserRow, Mark("user:1")));
              },
          .options = TwoShards(),
          .preemptions = 3,
          .finds = {Broken::kAcknowledgesEarly}};
}

Scenario MarkedWhileLoaded() {
  return {
      .name = "marked while loaded",
      .keys = {{User(), UserSpec()}},
      .actors =
          [](World& world) {
            return Together(std::make_unique<Reader>(world, User(), 2),
                            std::make_unique<Reader>(world, User(), 2, kRevalidating),
                            std::make_unique<Writer>(world, kUserRow, Mark("user:1")));
          },
      .options = TwoShards(),
      .preemptions = 3,
      .finds = {Broken::kPositionAfterLoad, Broken::kSharesAnyLoad, Broken::kAcknowledgesEarly}};
}

Scenario Reconnect() {
  return {.name = "reconnect",
          .keys = {{User(), UserSpec()}},
          .cached = {User()},
          .actors =
              [](World& world) {
                return Together(std::make_unique<Script>(std::vector<std::function<void()>>{
                                    [&world] { world.service().Disconnect(); },
                                    [&world] { Connect(world); },
                                }),
                                std::make_unique<Reader>(world, User(), 2),
                                std::make_unique<Reader>(world, User()),
                                std::make_unique<Writer>(world, kUserRow, Evict("user:1")));
              },
          .options = TwoShards(),
          .finds = {Broken::kAcknowledgesEarly}};
}

Scenario LostLease() {
  return {.name = "lost lease",
          .keys = {{User(), UserSpec()}},
          .cached = {User()},
          .actors =
              [](World& world) {
                return Together(CutOff(world), std::make_unique<Reader>(world, User(), 2),
                                std::make_unique<Reader>(world, User(), 2),
                                std::make_unique<Writer>(world, kUserRow, Evict("user:1")));
              },
          .options = TwoShards(),
          .finds = {Broken::kNoFence, Broken::kFenceAfterLookup, Broken::kSharesAnyLoad,
                    Broken::kPositionAfterLoad}};
}

// Messages take time: a lease that counted from the echo would outlive the service's.
Scenario SlowEcho() {
  return {.name = "slow echo",
          .keys = {{User(), UserSpec()}},
          .cached = {User()},
          .actors =
              [](World& world) {
                return Together(
                    std::make_unique<Script>(std::vector<std::function<void()>>{
                        [&world] { world.service().Receive(world.now(), 0, world.now()); },
                        [&world] { world.Advance(kClientLease / 2); },
                        [&world] { world.Advance(kServiceLease / 2 + 1); },
                    }),
                    std::make_unique<Reader>(world, User(), 2),
                    std::make_unique<Writer>(world, kUserRow, Evict("user:1")));
              },
          .options = TwoShards(),
          .preemptions = 3,
          .finds = {Broken::kNoFence, Broken::kLeaseFromEcho}};
}

Scenario NewHistory() {
  return {.name = "new history",
          .keys = {{User(), UserSpec()}},
          .cached = {User()},
          .actors =
              [](World& world) {
                return Together(std::make_unique<Script>(std::vector<std::function<void()>>{
                                    [&world] { world.service().Disconnect(); },
                                    [&world] { world.Advance(kServiceLease); },
                                    [&world] { world.service().RestartEmpty(world.now()); },
                                    [&world] { Connect(world); },
                                    [&world] { world.Advance(kServiceLease); },
                                }),
                                std::make_unique<Reader>(world, User(), 2),
                                std::make_unique<Reader>(world, User()),
                                std::make_unique<Writer>(world, kUserRow, Evict("user:1")));
              },
          .options = TwoShards(),
          .finds = {Broken::kNoReset, Broken::kNoResetCount, Broken::kNoFence,
                    Broken::kPositionAfterLoad}};
}

Scenario ComputedValue() {
  return {.name = "computed value",
          .keys = {{User(), MovingUser()}, {Page(), PageSpec()}},
          .actors =
              [](World& world) {
                return Together(std::make_unique<Reader>(world, Page(), 2),
                                std::make_unique<Reader>(world, User()),
                                std::make_unique<Writer>(world, kUserRow, Evict("team:0")));
              },
          .options = TwoShards(),
          .finds = {Broken::kNoTakeOver, Broken::kNoDepartures, Broken::kPositionAfterLoad}};
}

Scenario ComputedFromStale() {
  return {.name = "computed from stale",
          .keys = {{User(), MovingUser()}, {Page(), PageSpec()}},
          .cached = {User()},
          .actors =
              [](World& world) {
                return Together(std::make_unique<Reader>(world, Page(), 2, kRevalidating),
                                std::make_unique<Reader>(world, User(), 1, kRevalidating),
                                std::make_unique<Writer>(world, kUserRow, Mark("team:0")));
              },
          .options = TwoShards(),
          .finds = {Broken::kNoTakeOver, Broken::kNoDepartures}};
}

Scenario ComputedWhileFenced() {
  return {.name = "computed while fenced",
          .keys = {{User(), MovingUser()}, {Page(), PageSpec()}},
          .cached = {User()},
          .actors =
              [](World& world) {
                return Together(CutOff(world), std::make_unique<Reader>(world, Page(), 2, kFenced),
                                std::make_unique<Writer>(world, kUserRow, Evict("team:0")));
              },
          .options = TwoShards(),
          .finds = {Broken::kNoTakeOver, Broken::kNoFence}};
}

// The cache holds one entry: what a value was computed from may leave while it is.
Scenario LittleRoom() {
  CacheCoreOptions options = TwoShards();
  options.max_entries = 1;
  return {.name = "little room",
          .keys = {{User(), MovingUser()},
                   {Page(), PageSpec()},
                   {Third(), {.row = kPageRow, .tags = {{"page:1"}}}}},
          .cached = {User()},
          .actors =
              [](World& world) {
                return Together(std::make_unique<Reader>(world, Page(), 2),
                                std::make_unique<Reader>(world, Third()),
                                std::make_unique<Writer>(world, kUserRow, Evict("team:0")));
              },
          .options = options,
          .finds = {Broken::kNoTakeOver}};
}

// The page is computed from something that only the service knows: a report that another process
// tracks, made of the same row as the user.
Scenario ForeignKey() {
  KeySpec page = {.row = kUserRow, .tags = {{"page:1"}}, .depends_on = {.keys = {"report"}}};
  return {.name = "foreign key",
          .keys = {{Page(), page}},
          .actors =
              [](World& world) {
                world.service().TrackUnchecked("report", {.tags = {"user:1"}});
                return Together(std::make_unique<Reader>(world, Page(), 2),
                                std::make_unique<Reader>(world, Page()),
                                std::make_unique<Writer>(world, kUserRow, Evict("user:1")));
              },
          .options = TwoShards(),
          .finds = {Broken::kNoRegistration}};
}

// The report is tracked only while the page is being loaded, or even later.
Scenario UnknownKey() {
  KeySpec page = {.row = kUserRow, .tags = {{"page:1"}}, .depends_on = {.keys = {"report"}}};
  return {.name = "unknown key",
          .keys = {{User(), UserSpec()}, {Page(), page}},
          .actors =
              [](World& world) {
                auto position = std::make_shared<client::Position>();
                return Together(std::make_unique<Script>(std::vector<std::function<void()>>{
                                    [&world, position] { *position = world.service().head(); },
                                    [&world, position] {
                                      world.service().Track("report", {.tags = {"user:1"}},
                                                            *position);
                                    },
                                }),
                                std::make_unique<Reader>(world, Page(), 2),
                                std::make_unique<Reader>(world, User(), 2),
                                std::make_unique<Writer>(world, kUserRow, Evict("user:1")));
              },
          .options = TwoShards(),
          .finds = {Broken::kNoRegistration, Broken::kKeepsUnknownParts}};
}

// An executor loads what is stale, unless somebody needs it first.
Scenario LoadedElsewhere() {
  CacheCoreOptions options = TwoShards();
  options.loads_in_background = true;
  return {
      .name = "loaded elsewhere",
      .keys = {{User(), UserSpec()}},
      .cached = {User()},
      .actors =
          [](World& world) {
            return Together(std::make_unique<Reader>(world, User(), 2, kRevalidating),
                            std::make_unique<Reader>(world, User()),
                            std::make_unique<Worker>(world),
                            std::make_unique<Writer>(world, kUserRow, Mark("user:1")),
                            std::make_unique<Writer>(world, kUserRow, Evict("user")));
          },
      .options = options,
      .finds = {Broken::kPositionAfterLoad, Broken::kSharesAnyLoad, Broken::kAcknowledgesEarly}};
}

void Drain(Actor& actor) {
  while (actor.IsReady()) actor.Step();
}

}  // namespace

std::vector<Scenario> AllScenarios() {
  std::vector<Scenario> all = {FillRace(),
                               TwoWriters(),
                               OtherTargets(),
                               DroppedByItsProcess(),
                               MarkedStale(),
                               MarkedWhileLoaded(),
                               Reconnect(),
                               LostLease(),
                               SlowEcho(),
                               NewHistory(),
                               ComputedValue(),
                               ComputedFromStale(),
                               ComputedWhileFenced(),
                               LittleRoom(),
                               ForeignKey(),
                               UnknownKey(),
                               LoadedElsewhere()};
  std::vector<Scenario> verbs = ScenariosOfVerbs();
  std::move(verbs.begin(), verbs.end(), std::back_inserter(all));
  return all;
}

std::string RunScenario(const Scenario& scenario, Broken broken, int max_preemptions,
                        Schedule& schedule, Coverage& coverage) {
  World world(scenario.keys, scenario.options, broken);
  Subscriber subscriber(world);
  Connect(world);
  Drain(subscriber);
  for (const std::string& key : scenario.cached) {
    Reader reader(world, key);
    Drain(reader);
  }
  const Actors actors = scenario.actors(world);
  std::vector<Actor*> all = {&subscriber};
  for (const std::unique_ptr<Actor>& actor : actors) all.push_back(actor.get());
  RunInterleaved(all, max_preemptions, schedule);

  // Now everything comes to rest, with a stream that holds.
  if (!world.service().is_connected()) Connect(world);
  Schedule in_order;
  RunInterleaved(all, 0, in_order);
  world.CheckNothingStale();

  const client::CacheStatistics statistics = world.cache().Statistics(world.Now());
  coverage.hits += statistics.hits;
  coverage.kept += statistics.loads - statistics.failed_loads - statistics.refused_fills -
                   statistics.unkept_fills;
  coverage.refused += statistics.refused_fills;
  coverage.shared += statistics.shared_loads;
  coverage.invalidated += statistics.invalidated;
  return world.failure();
}

}  // namespace cache_invalidation::interleaving
