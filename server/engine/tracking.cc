#include "server/engine/tracking.h"

#include "common/limits.h"
#include "server/engine/emission.h"
#include "server/engine/settle.h"

namespace cache_invalidation::engine {
namespace {

void SettleKnown(State& state, absl::string_view name) {
  Key* key = state.graph.FindKey(name);
  if (key != nullptr) Settle(state, *key);
}

Fill FillOf(State& state, const TrackedEntry& entry) {
  const Footprint footprint = FootprintOf(entry);
  Fill fill;
  for (absl::string_view tag : footprint.tags) fill.tags.push_back(&state.graph.AddTag(tag));
  for (absl::string_view key : footprint.dep_keys) fill.sources.push_back(&state.graph.AddKey(key));
  for (absl::string_view tag : footprint.dep_tags) fill.sources.push_back(&state.graph.AddTag(tag));
  if (entry.ttl.has_value()) fill.expires = state.meta.now + *entry.ttl;
  fill.revision = state.meta.head;
  fill.fill_id = entry.fill_id;
  return fill;
}

}  // namespace

void SettleNamed(State& state, const TrackedEntry& entry) {
  SettleKnown(state, entry.key);
  for (absl::string_view name : entry.depends_on.names) SettleKnown(state, name);
  for (absl::string_view name : entry.depends_on.keys) SettleKnown(state, name);
}

Footprint FootprintOf(const TrackedEntry& entry) {
  Footprint footprint;
  footprint.key = entry.key;
  footprint.tags = entry.tags;
  const DependencyNames& names = entry.depends_on;
  footprint.dep_keys = names.keys;
  footprint.dep_tags = names.tags;
  footprint.dep_keys.insert(footprint.dep_keys.end(), names.names.begin(), names.names.end());
  footprint.dep_tags.insert(footprint.dep_tags.end(), names.names.begin(), names.names.end());
  return footprint;
}

void Tracking::Add(const TrackedEntry& entry, size_t result) {
  Key& key = state_.graph.AddKey(entry.key);
  const Fill fill = FillOf(state_, entry);
  if (too_large_.contains(&key) || !HasRoom(key, fill)) {
    too_large_.insert(&key);
    waiting_.emplace_back(&entry, result);
    return;
  }
  state_.graph.Track(key, fill);
}

uint64_t Tracking::BeginAnew(std::vector<Event>& events) {
  if (waiting_.empty()) return 0;
  const uint64_t before = state_.meta.head;
  Emission emission(state_, EventSource::kLimit);
  for (const Key* key : too_large_) {
    emission.Add(InvalidationKind::kEvict, TargetKind::kKey, key->name,
                 Cause{CauseStep::kLimit, ""});
  }
  emission.EndTargets();
  emission.Commit(events);
  // What the entry's earlier fills in this call named is not known any more.
  for (TrackResult& result : result_.results) {
    if (result.outcome == FillOutcome::kKept && too_large_.contains(result.key)) Refuse(result);
  }
  for (const auto& [entry, result] : waiting_) {
    TrackAnew(*entry, before, result_.results[result]);
  }
  state_.meta.dropped_entries += too_large_.size();
  return too_large_.size();
}

bool Tracking::HasRoom(const Key& key, const Fill& fill) {
  if (key.entry == nullptr) return true;
  if (!key.entry_changed) {
    found_bytes_ += key.entry->name_bytes + key.entry->names() * kFoundNameBytes;
  }
  const uint64_t limit = state_.limits.names_per_entry;
  // Exact counting only pays near the limit.
  const bool is_small =
      key.entry->names() + fill.tags.size() * kMaxTagLevels + fill.sources.size() <= limit;
  return found_bytes_ <= kMaxFoundBytesPerCall &&
         (is_small || Graph::NamesWith(key, fill) <= limit);
}

void Tracking::TrackAnew(const TrackedEntry& entry, uint64_t before, TrackResult& result) {
  SettleNamed(state_, entry);
  Footprint sources = FootprintOf(entry);
  sources.key = "";
  Freshness freshness = state_.freshness(waiting_.size());
  freshness.set_may_check(may_check_);
  const bool moved = !freshness.FirstMoved(sources, before).empty();
  may_check_ = freshness.may_check();
  if (moved) return;
  Key& key = state_.graph.AddKey(entry.key);
  const Fill fill = FillOf(state_, entry);
  // The fills of this call alone name too much.
  if (key.entry != nullptr && Graph::NamesWith(key, fill) > state_.limits.names_per_entry) return;
  state_.graph.Track(key, fill);
  --state_.meta.refused_fills;
  result.outcome = FillOutcome::kKept;
  result.moved.clear();
}

void Tracking::Refuse(TrackResult& result) {
  ++state_.meta.refused_fills;
  result.outcome = FillOutcome::kRefusedMoved;
  result.moved = result.key;
}

}  // namespace cache_invalidation::engine
