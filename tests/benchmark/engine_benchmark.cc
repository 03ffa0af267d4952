// SPDX-License-Identifier: Apache-2.0

// The engine alone, in one thread: the cost of a write does not depend on state that it does not
// affect, and invalidating a tag does not depend on how many entries carry it.

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "benchmark/benchmark.h"
#include "common/check.h"
#include "server/engine/engine.h"

namespace cache_invalidation::engine {
namespace {

constexpr char kEpoch[] = "epoch";
constexpr int kIds = 1'000;

// Fixed, so that the state is built once for each row.
constexpr int kIterations = 100'000;

absl::Time Now() { return absl::FromUnixSeconds(1'000'000'000); }

void Must(Engine& engine, const Command& command) {
  Check(engine.Apply(command, Now()).status.ok(), "the state can be built");
}

// A write that no rule concerns, beside rules for other types.
void BM_Write(benchmark::State& state) {
  Engine engine(kEpoch);
  for (int i = 0; i < state.range(0); ++i) {
    Rule rule;
    rule.name = absl::StrCat("rule", i);
    rule.trigger_tags = {absl::StrCat("type", i)};
    rule.invalidate_tags = {absl::StrCat("view", i, ":{resource_id}")};
    Must(engine, RegisterRule{std::move(rule)});
  }
  std::vector<std::string> ids;
  for (int i = 0; i < kIds; ++i) ids.push_back(absl::StrCat(i));
  InvalidateByWrites command;
  command.writes.resize(1);
  command.writes[0].resource_type = "item";
  command.writes[0].operation = "update";
  size_t next = 0;
  for (auto _ : state) {
    command.writes[0].resource_id = ids[next++ % kIds];
    benchmark::DoNotOptimize(engine.Apply(command, Now()));
  }
}
BENCHMARK(BM_Write)->ArgName("other_rules")->Arg(0)->Arg(10)->Arg(1'000)->Iterations(kIterations);

// A tag that so many tracked entries carry.
void BM_InvalidateTag(benchmark::State& state) {
  Engine engine(kEpoch);
  for (int i = 0; i < state.range(0); ++i) {
    const std::string key = absl::StrCat("key", i);
    TrackEntries track;
    track.entries.resize(1);
    track.entries[0].key = key;
    track.entries[0].tags = {"shared"};
    Must(engine, track);
  }
  Invalidate command;
  command.tags = {"shared"};
  for (auto _ : state) benchmark::DoNotOptimize(engine.Apply(command, Now()));
}
BENCHMARK(BM_InvalidateTag)
    ->ArgName("entries")
    ->Arg(100)
    ->Arg(10'000)
    ->Arg(1'000'000)
    ->Iterations(kIterations);

}  // namespace
}  // namespace cache_invalidation::engine
