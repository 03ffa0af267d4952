// How long the engine holds its shard at a time, in a namespace with a million entries: everything
// else in the shard waits for this long. The engine alone, in one thread.

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "benchmark/benchmark.h"
#include "common/check.h"
#include "common/limits.h"
#include "server/engine/engine.h"
#include "server/engine/limits.h"

namespace cache_invalidation::engine {
namespace {

constexpr int kEntries = 1'000'000;
constexpr int kRows = 100'000;
constexpr int kSources = 1'000;

absl::Time Now() { return absl::FromUnixSeconds(1'000'000'000); }

void Must(Engine& engine, const Command& command) {
  Check(engine.Apply(command, Now()).status.ok(), "the command is accepted");
}

// Two tags and an edge, as a page about a row has.
void Fill(Engine& engine, int number) {
  const std::string key = absl::StrCat("product:", number, ":page");
  const std::string tag = absl::StrCat("product:", number % kRows);
  const std::string source = absl::StrCat("category:", number % kSources);
  TrackEntries command;
  command.entries.resize(1);
  command.entries[0].key = key;
  command.entries[0].tags = {tag, "product:#all"};
  command.entries[0].depends_on.keys = {source};
  Must(engine, command);
}

std::unique_ptr<Engine> Filled(const Limits& limits = {}) {
  auto engine = std::make_unique<Engine>("epoch", limits);
  for (int i = 0; i < kEntries; ++i) Fill(*engine, i);
  return engine;
}

void Write(Engine& engine, absl::string_view type) {
  InvalidateByWrites command;
  command.writes.resize(1);
  command.writes[0].resource_type = type;
  command.writes[0].resource_id = "1";
  Must(engine, command);
}

// One turn of sweeping that finds nothing.
void BM_Sweep(benchmark::State& state) {
  const auto engine = Filled();
  for (auto _ : state) benchmark::DoNotOptimize(engine->Apply(Sweep{kSweepKeys}, Now()));
}
BENCHMARK(BM_Sweep)->Iterations(300)->Unit(benchmark::kMillisecond);

// The same while history is trimmed.
void BM_SweepThatTrims(benchmark::State& state) {
  const auto engine = Filled();
  for (auto _ : state) {
    state.PauseTiming();
    Write(*engine, "order");
    state.ResumeTiming();
    benchmark::DoNotOptimize(engine->Apply(Sweep{kSweepKeys, engine->head()}, Now()));
  }
}
BENCHMARK(BM_SweepThatTrims)->Iterations(300)->Unit(benchmark::kMillisecond);

// The same where as many patterns as are remembered have marked other entries.
void BM_SweepThatMatches(benchmark::State& state) {
  const auto engine = Filled();
  for (size_t i = 0; i < kMaxRememberedPatterns; ++i) {
    const std::string pattern = absl::StrCat("product:.*:part", i);
    Invalidate command;
    command.pattern = pattern;
    command.strategy = Strategy::kLazy;
    Must(*engine, command);
  }
  for (auto _ : state) {
    benchmark::DoNotOptimize(engine->Apply(Sweep{kSweepKeys, engine->head()}, Now()));
  }
}
BENCHMARK(BM_SweepThatMatches)->Iterations(300)->Unit(benchmark::kMillisecond);

// The same where every entry has been evicted.
void BM_SweepThatReclaims(benchmark::State& state) {
  const auto engine = Filled();
  Invalidate everything;
  everything.everything = true;
  Must(*engine, everything);
  for (auto _ : state) benchmark::DoNotOptimize(engine->Apply(Sweep{kSweepKeys}, Now()));
}
BENCHMARK(BM_SweepThatReclaims)->Iterations(90)->Unit(benchmark::kMillisecond);

void BM_InvalidateEverything(benchmark::State& state) {
  const auto engine = Filled();
  Invalidate everything;
  everything.everything = true;
  for (auto _ : state) benchmark::DoNotOptimize(engine->Apply(everything, Now()));
}
BENCHMARK(BM_InvalidateEverything)->Iterations(1)->Unit(benchmark::kMillisecond);

// A million entries, each computed from so many others, that all follow one key. Their names are so
// short that the event may name them; with longer ones it becomes everything, sooner.
void BM_Cascade(benchmark::State& state) {
  Engine engine("epoch");
  std::vector<std::string> names;
  for (int i = 0; i < kEntries; ++i) names.push_back(absl::StrCat("k", 1'000'000 + i));
  std::mt19937 random(1);
  for (int i = 1; i < kEntries; ++i) {
    TrackEntries command;
    command.entries.resize(1);
    command.entries[0].key = names[i];
    std::vector<absl::string_view>& sources = command.entries[0].depends_on.keys;
    sources.push_back(names[state.range(0) == 1 ? 0 : (i - 1) / 2]);
    for (int64_t more = 1; more < state.range(0); ++more) sources.push_back(names[random() % i]);
    Must(engine, command);
  }
  const Command command = InvalidateWithDependencies{names[0], /*recursive=*/true};
  for (auto _ : state) {
    const Applied applied = engine.Apply(command, Now());
    Check(applied.events[0].invalidations.size() == kEntries, "every entry is named");
  }
}
BENCHMARK(BM_Cascade)
    ->ArgName("sources")
    ->Arg(1)
    ->Arg(3)
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);

void BM_ExplainWrite(benchmark::State& state) {
  const auto engine = Filled();
  ExplainWrite query;
  query.write.resource_type = "product";
  query.write.resource_id = "1";
  for (auto _ : state) benchmark::DoNotOptimize(engine->Answer(query, Now()));
}
BENCHMARK(BM_ExplainWrite)->Iterations(10)->Unit(benchmark::kMillisecond);

std::unique_ptr<Engine> WithDependents() {
  auto engine = std::make_unique<Engine>("epoch");
  for (int i = 0; i < kEntries; ++i) {
    const std::string key = absl::StrCat("page:", i);
    AddCacheDependency command;
    command.key = key;
    command.depends_on.tags = {"product:1"};
    Must(*engine, command);
  }
  return engine;
}

// The same where a million keys depend on what is written.
void BM_ExplainWriteWithDependents(benchmark::State& state) {
  const auto engine = WithDependents();
  ExplainWrite query;
  query.write.resource_type = "product";
  query.write.resource_id = "1";
  for (auto _ : state) benchmark::DoNotOptimize(engine->Answer(query, Now()));
}
BENCHMARK(BM_ExplainWriteWithDependents)->Iterations(10)->Unit(benchmark::kMillisecond);

// A page of those.
void BM_ListDependents(benchmark::State& state) {
  const auto engine = WithDependents();
  ListCacheDependencies query;
  query.name = "product:1";
  query.dependents = true;
  query.limit = kDefaultPageSize;
  query.after_key = "page:5";
  for (auto _ : state) benchmark::DoNotOptimize(engine->Answer(query, Now()));
}
BENCHMARK(BM_ListDependents)->Iterations(1'000)->Unit(benchmark::kMicrosecond);

// Fills of a namespace that is full: now and then one drops a thousand entries.
void BM_FillWhenFull(benchmark::State& state) {
  Limits limits;
  limits.entries = kEntries;
  const auto engine = Filled(limits);
  int number = kEntries;
  for (auto _ : state) Fill(*engine, number++);
}
BENCHMARK(BM_FillWhenFull)->Iterations(20'000)->Unit(benchmark::kMicrosecond);

// The one among them that drops.
void BM_FillThatDrops(benchmark::State& state) {
  Limits limits;
  limits.entries = kEntries;
  const auto engine = Filled(limits);
  int number = kEntries;
  for (auto _ : state) {
    Fill(*engine, number++);
    state.PauseTiming();
    for (uint64_t i = 1; i < kDroppedTogether; ++i) Fill(*engine, number++);
    state.ResumeTiming();
  }
}
BENCHMARK(BM_FillThatDrops)->Iterations(20)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace cache_invalidation::engine
