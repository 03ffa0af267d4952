// SPDX-License-Identifier: Apache-2.0

#include "server/shard/shard_observer.h"

#include "server/engine/record.h"

namespace cache_invalidation::shard {
namespace {

// The kind of flush that an event of a batch comes from.
AppliedCounts::Flush FlushOf(const engine::Command& command) {
  if (std::holds_alternative<engine::FlushBatch>(command)) return AppliedCounts::kByTimer;
  if (std::holds_alternative<engine::FlushPendingInvalidations>(command)) {
    return AppliedCounts::kByCall;
  }
  return AppliedCounts::kBySize;
}

// The new counts of the namespace; null: unchanged.
const engine::MetaRecord* MetaOf(const engine::Applied& applied) {
  return applied.delta.empty() ? nullptr
                               : std::get_if<engine::MetaRecord>(&applied.delta.back().record);
}

}  // namespace

void AppliedCounts::Add(const engine::Command& command, const engine::Applied& applied,
                        StrategyCounts& counted) {
  ++commands[command.index()];
  if (!applied.status.ok()) {
    ++refused_commands;
    return;
  }
  if (const auto* batch = std::get_if<engine::InvalidateByWrites>(&command)) {
    writes += batch->writes.size();
  }
  if (const auto* result = std::get_if<engine::InvalidationResult>(&applied.result)) {
    rules_fired += result->rules_fired.size();
    condition_errors += result->condition_errors;
  }
  widened += applied.widened;
  if (const auto* results = std::get_if<engine::TrackEntriesResult>(&applied.result)) {
    AddFills(std::get<engine::TrackEntries>(command), *results);
  }
  for (const engine::Event& event : applied.events) AddEvent(command, event);
  if (const engine::MetaRecord* meta = MetaOf(applied)) {
    const StrategyCounts now = {meta->immediate_invalidations, meta->batched_invalidations,
                                meta->lazy_invalidations, meta->cascade_invalidations};
    for (size_t i = 0; i < now.size(); ++i) invalidations[i] += now[i] - counted[i];
    counted = now;
  }
}

void AppliedCounts::AddEvent(const engine::Command& command, const engine::Event& event) {
  ++events[static_cast<size_t>(event.source)];
  event_sizes.push_back(event.invalidations.size());
  for (const engine::Invalidation& invalidation : event.invalidations) {
    ++targets[static_cast<size_t>(invalidation.kind)];
  }
  if (event.source != engine::EventSource::kBatch) return;
  ++flushes[FlushOf(command)];
  batch_sizes.push_back(event.invalidations.size());
}

void AppliedCounts::AddFills(const engine::TrackEntries& entries,
                             const engine::TrackEntriesResult& results) {
  for (const engine::TrackedEntry& entry : entries.entries) {
    if (!entry.position) ++unchecked_fills;
  }
  for (const engine::TrackResult& result : results.results) {
    ++fills[static_cast<size_t>(result.outcome)];
  }
  dropped_entries += results.dropped;
}

}  // namespace cache_invalidation::shard
