// SPDX-License-Identifier: Apache-2.0

#include "server/engine/engine.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "server/engine/apply.h"
#include "server/engine/state.h"

namespace cache_invalidation::engine {
namespace {

// Rebuilding: the records of the rows, then what the retained events mark.

void LoadRecord(State& state, const MetaRecord& record) {
  state.meta = record;
  state.pending.LoadDelay(record.batch_delay);
  // Records written before deadlines were stored: a pending batch is due at once.
  state.pending.LoadArming(record.batch_generation, record.batch_deadline.value_or(record.now));
  state.broad.LoadGivenUp({record.any_key_evicted, record.any_key_staled});
}
void LoadRecord(State& state, const RuleRecord& record) {
  state.rules.Put(record.rule);
  state.rule_counters.try_emplace(record.rule.name);
}
void LoadRecord(State& state, const RuleCountersRecord& record) {
  state.rule_counters[record.name] = record.counters;
}
void LoadRecord(State& state, const RelationshipRecord& record) {
  state.relationships.Put(record.relationship);
}
void LoadRecord(State& state, const DependencyRecord& record) { state.graph.Load(record); }
void LoadRecord(State& state, const EntryRecord& record) { state.graph.Load(record); }
void LoadRecord(State& state, const KeyRevisionRecord& record) { state.graph.Load(record); }
void LoadRecord(State& state, const PendingRecord& record) { state.pending.Load(record); }
void LoadRecord(State& state, const SweepRecord& record) {
  state.round = SweepRound::FromRecord(record);
}

void Mark(uint64_t& mark, uint64_t revision) { mark = std::max(mark, revision); }

}  // namespace

Engine::Engine(absl::string_view epoch, const Limits& limits)
    : state_(std::make_unique<State>(epoch, limits)) {}

Engine::~Engine() = default;

Applied Engine::Apply(const Command& command, absl::Time now) {
  State& state = *state_;
  state.delta.clear();
  state.work = WorkBudget(state.limits.steps, state.limits.expanded_bytes);
  state.grounding_steps = kMaxGroundingSteps;
  state.ends_of_edges = kEdgesEndedAtOnce;
  // Frees what the last events pointed to.
  state.flushed.clear();
  state.broad.Clean();
  const uint64_t widened = state.meta.widened;
  const absl::Time before = std::exchange(state.meta.now, std::max(state.meta.now, now));
  Applied applied;
  ApplyResult result = std::visit(
      [&](const auto& one) { return engine::Apply(state, one, applied.events); }, command);
  if (!result.ok()) {
    state.meta.now = before;
    applied.status = result.status();
    return applied;
  }
  applied.result = *std::move(result);
  state.pending.WriteRows();
  state.meta.batch_delay = state.pending.delay();
  state.meta.batch_generation = state.pending.generation();
  state.meta.batch_deadline = state.pending.deadline();
  state.meta.any_key_evicted = state.broad.any_key().evicted;
  state.meta.any_key_staled = state.broad.any_key().staled;
  state.meta.widened += state.broad.given_up();
  applied.widened = state.meta.widened - widened;
  state.graph.PutChanges();
  state.delta.push_back({state.meta});
  applied.delta = std::exchange(state.delta, {});
  applied.removed_rules = state.rules.TakeRemoved();
  return applied;
}

Result Engine::Answer(const Query& query, absl::Time now) const {
  state_->grounding_steps = kMaxGroundingSteps;
  return std::visit([&](const auto& one) { return engine::Answer(*state_, one, now); }, query);
}

uint64_t Engine::head() const { return state_->meta.head; }

uint64_t Engine::floor() const { return state_->meta.floor; }

std::optional<BatchDeadline> Engine::batch_deadline() const {
  const std::optional<absl::Time> deadline = state_->pending.deadline();
  if (!deadline.has_value()) return std::nullopt;
  return BatchDeadline{*deadline, state_->pending.generation()};
}

uint64_t Engine::FreeNames(uint64_t limit) { return engine::FreeNames(*state_, limit); }

bool Engine::TakeApart(uint64_t& limit) {
  const bool rules_left = state_->rules.TakeApart(limit);
  return state_->graph.TakeApart(limit) || rules_left;
}

std::string Engine::DumpForTest() const { return Dump(*state_); }

void Engine::Load(const Record& record) {
  std::visit([this](const auto& one) { LoadRecord(*state_, one); }, record);
}

void Engine::Replay(const Event& event) {
  State& state = *state_;
  if (event.revision <= state.meta.floor) return;
  for (const Invalidation& invalidation : event.invalidations) {
    const bool evicts = invalidation.kind == InvalidationKind::kEvict;
    switch (invalidation.target) {
      case TargetKind::kEverything:
        state.broad.NoteEverything(evicts, event.revision);
        break;
      case TargetKind::kPattern:
        state.broad.Load(invalidation.name, evicts, event.revision);
        break;
      case TargetKind::kTag: {
        Tag& tag = state.graph.AddTag(invalidation.name);
        Mark(evicts ? tag.evicted : tag.staled, event.revision);
        break;
      }
      case TargetKind::kKey: {
        Key& key = state.graph.AddKey(invalidation.name);
        Mark(evicts ? key.evicted : key.staled, event.revision);
        break;
      }
    }
  }
}

void Engine::FinishLoad() { state_->delta.clear(); }

}  // namespace cache_invalidation::engine
