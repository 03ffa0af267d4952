// Rebuilds an engine from its records and its retained events.

#include <algorithm>
#include <variant>

#include "server/engine/engine.h"
#include "server/engine/state.h"

namespace cache_invalidation::engine {
namespace {

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
