// SPDX-License-Identifier: Apache-2.0

// How long the engine holds its shard at a time, in a namespace with a million entries: everything
// else in the shard waits for this long. The engine alone, in one thread.

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "benchmark/benchmark.h"
#include "common/check.h"
#include "common/condition/limits.h"
#include "common/limits.h"
#include "server/engine/engine.h"
#include "server/engine/limits.h"
#include "server/engine/prepared_declarations.h"
#include "server/wire/record_codec.h"

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

// Declarations at the limits of the contract, in a request of 4 MiB: which of them are large.

std::vector<std::string> Numbered(absl::string_view prefix, size_t count) {
  std::vector<std::string> names;
  for (size_t i = 0; i < count; ++i) names.push_back(absl::StrCat(prefix, i + 100));
  return names;
}

void FillTriggers(Rule& rule) { rule.trigger_tags = Numbered("t", kMaxTriggerTags); }

void FillRelationships(Rule& rule) {
  rule.relationships.resize(kMaxRelationshipsPerRule);
  for (Relationship& relationship : rule.relationships) {
    relationship.name = "r";
    relationship.source_type = "t";
    for (size_t i = 0; i < kMaxTargetTypes; ++i) {
      relationship.target_types.emplace_back(1, static_cast<char>('0' + i));
    }
  }
}

void FillNodes(Rule& rule) {
  rule.condition = "[0";
  for (int i = 1; i < 480; ++i) rule.condition += ",0";
  rule.condition += absl::StrCat("]==", rule.condition, "]");
}

void FillPatterns(Rule& rule) {
  rule.condition = "true";
  for (size_t i = 0; i < condition::kMaxCompiledRegexes; ++i) {
    absl::StrAppend(&rule.condition, "||operation.matches(r'", i, std::string(150, '.'), "')");
  }
}

void FillTexts(Rule& rule) {
  rule.description = std::string(kMaxDescriptionBytes, 'd');
  for (const std::string& tag : Numbered("page:", kMaxInvalidateTags)) {
    rule.invalidate_tags.push_back(absl::StrCat(tag, ":{resource_id}:{context.name}"));
  }
}

using Enlarge = void (*)(Rule&);
constexpr Enlarge kEnlarge[] = {FillTriggers, FillRelationships, FillNodes, FillPatterns,
                                FillTexts};
constexpr const char* kLarge[] = {"triggers", "relationships", "nodes", "patterns", "texts"};

ApplyDeclarations Declarations(int64_t kind, int version) {
  ApplyDeclarations command;
  command.prune = true;
  for (size_t i = 0; i < kMaxRulesPerNamespace; ++i) {
    Rule& rule = command.rules.emplace_back();
    // Those that were declared last are removed first.
    rule.name = absl::StrCat("rule", version % 2 == 0 ? i : kMaxRulesPerNamespace - 1 - i);
    rule.trigger_tags = {"t"};
    rule.invalidate_tags = {"page"};
    rule.priority = version % 2;
    kEnlarge[kind](rule);
  }
  command.prepared = Prepare(command.rules);
  return command;
}

// What a shard does for a command, in one turn: it makes the rows, too, and frees the command, but
// not the rules that nothing holds any more.
class Turn {
 public:
  explicit Turn(ApplyDeclarations command)
      : command_(std::make_unique<Command>(std::move(command))) {}

  void Take(Engine& engine) {
    {
      Applied applied = engine.Apply(*command_, Now());
      Check(applied.status.ok(), "the command is accepted");
      for (const RecordChange& change : applied.delta) {
        benchmark::DoNotOptimize(change.deleted ? wire::EncodeRecordIdentity(change.record)
                                                : wire::EncodeRecord(change.record));
      }
      removed_ = std::move(applied.removed_rules);
    }
    prepared_ = std::move(std::get<ApplyDeclarations>(*command_).prepared);
    command_.reset();
  }

 private:
  std::unique_ptr<Command> command_;
  RemovedRules removed_;
  std::shared_ptr<const PreparedDeclarations> prepared_;
};

void BM_ApplyDeclarations(benchmark::State& state) {
  state.SetLabel(kLarge[state.range(0)]);
  Engine engine("epoch");
  int version = 0;
  Must(engine, Declarations(state.range(0), version++));
  for (auto _ : state) {
    state.PauseTiming();
    auto turn = std::make_unique<Turn>(Declarations(state.range(0), version++));
    state.ResumeTiming();
    turn->Take(engine);
    state.PauseTiming();
    turn.reset();
    state.ResumeTiming();
  }
}
BENCHMARK(BM_ApplyDeclarations)->DenseRange(0, 4)->Iterations(2)->Unit(benchmark::kMillisecond);

// The same for a small command that deletes those.
void BM_DeleteDeclarations(benchmark::State& state) {
  state.SetLabel(kLarge[state.range(0)]);
  Engine engine("epoch");
  for (auto _ : state) {
    state.PauseTiming();
    Must(engine, Declarations(state.range(0), 0));
    auto turn = std::make_unique<Turn>(ApplyDeclarations{.prune = true});
    state.ResumeTiming();
    turn->Take(engine);
    state.PauseTiming();
    turn.reset();
    state.ResumeTiming();
  }
}
BENCHMARK(BM_DeleteDeclarations)->DenseRange(0, 4)->Iterations(2)->Unit(benchmark::kMillisecond);

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
