// SPDX-License-Identifier: Apache-2.0

#include "server/engine/emission.h"

#include <algorithm>
#include <limits>
#include <string>
#include <tuple>

#include "absl/container/flat_hash_set.h"

namespace cache_invalidation::engine {
namespace {

// Up to this size a linear search is faster than a hash table.
constexpr size_t kFewSlots = 16;

// The encoding overhead of a target or cause besides its names, rounded up.
constexpr size_t kBytesPerTarget = 24;
constexpr size_t kBytesPerCause = 16;

bool CauseBefore(const Cause& a, const Cause& b) {
  return std::tie(a.step, a.name, a.widened, a.condition_failed) <
         std::tie(b.step, b.name, b.widened, b.condition_failed);
}

}  // namespace

void Emission::AddCause(Slot& slot, const Cause& cause) {
  const uint32_t number = causes_.NumberOf(cause);
  if (std::find(slot.causes.begin(), slot.causes.end(), number) != slot.causes.end()) return;
  Cause others = {CauseStep::kOthers, "", cause.widened, cause.condition_failed};
  if (!slot.causes.empty() && causes_[slot.causes.back()].step == CauseStep::kOthers) {
    others.widened |= causes_[slot.causes.back()].widened;
    others.condition_failed |= causes_[slot.causes.back()].condition_failed;
    slot.causes.back() = causes_.NumberOf(others);
  } else if (slot.causes.size() < state_.limits.causes) {
    slot.causes.push_back(number);
  } else {
    slot.causes.push_back(causes_.NumberOf(others));
  }
}

void Emission::Reserve(size_t targets) {
  slots_.reserve(targets);
  if (targets > kFewSlots) index_.reserve(targets);
}

Emission::Slot& Emission::FindOrAdd(InvalidationKind kind, TargetKind target,
                                    absl::string_view name) {
  if (slots_.size() < kFewSlots) {
    for (Slot& slot : slots_) {
      if (slot.target == target && slot.name == name) return slot;
    }
  } else {
    if (index_.empty()) {
      for (size_t i = 0; i < slots_.size(); ++i) {
        index_.emplace(std::make_pair(slots_[i].target, slots_[i].name), i);
      }
    }
    const auto [it, added] = index_.try_emplace({target, name}, slots_.size());
    if (!added) return slots_[it->second];
  }
  slots_.push_back(Slot{kind, target, name, {}});
  return slots_.back();
}

void Emission::Add(InvalidationKind kind, TargetKind target, absl::string_view name,
                   const Cause& cause, const Pattern* pattern) {
  Slot& slot = FindOrAdd(kind, target, name);
  slot.pattern = pattern;
  if (kind == InvalidationKind::kEvict) slot.kind = kind;
  AddCause(slot, cause);
}

void Emission::AddDependent(absl::string_view key, const Cause& cause) {
  if (dependents_.empty() || dependents_.back().name != key) {
    dependents_.push_back(Slot{InvalidationKind::kEvict, TargetKind::kKey, key, {}});
  }
  AddCause(dependents_.back(), cause);
}

bool Emission::Commit(std::vector<Event>& events) {
  const Freshness freshness = state_.freshness();
  Closure closure(state_.graph, freshness, state_.work);
  // A target with no cause but its source takes at least this much.
  closure.StopBeyond(state_.limits.event_bytes, kBytesPerTarget + kBytesPerCause);
  targets_ = slots_.size();
  const bool given_up = everything_ != Everything::kNo;
  if (!given_up && follow_) {
    Spread(closure);
    if (closure.is_complete()) NameDependents(closure);
  }
  if (!given_up && slots_.empty() && closure.is_complete()) return false;
  if (given_up || !closure.is_complete() || EstimatedBytes() > state_.limits.event_bytes) {
    WidenToEverything();
  }
  const uint64_t revision = ++state_.meta.head;
  for (Slot& slot : slots_) {
    slot.name = Mark(slot, revision);
    if (sort_causes_) {
      std::sort(slot.causes.begin(), slot.causes.end(),
                [this](uint32_t a, uint32_t b) { return CauseBefore(causes_[a], causes_[b]); });
    }
  }
  Event event = Build(revision);
  EvictEntries(closure, revision);
  events.push_back(std::move(event));
  return true;
}

void Emission::Spread(Closure& closure) {
  for (const InvalidationKind kind : {InvalidationKind::kEvict, InvalidationKind::kMarkStale}) {
    for (const Slot& slot : slots_) {
      if (slot.kind != kind) continue;
      if (slot.target == TargetKind::kTag) closure.AddTag(slot.name);
      if (slot.target == TargetKind::kKey) closure.AddKey(slot.name);
      if (slot.target == TargetKind::kPattern) {
        closure.AddPattern(slot.pattern != nullptr ? *slot.pattern
                                                   : state_.broad.Compiled(slot.name));
      }
    }
    if (kind == InvalidationKind::kEvict) {
      for (const Slot& slot : dependents_) closure.AddKey(slot.name);
      for (absl::string_view key : unnamed_roots_) closure.AddKey(key);
    }
    closure.Spread(kind);
  }
}

// Appends the keys that were reached through an edge, and those added as dependents, after the
// targets, by name. A key that is a target already only gains the cause.
void Emission::NameDependents(const Closure& closure) {
  std::vector<Slot> added = std::exchange(dependents_, {});
  std::sort(added.begin(), added.end(),
            [](const Slot& a, const Slot& b) { return a.name < b.name; });
  absl::flat_hash_map<absl::string_view, size_t> targets;
  for (size_t i = 0; i < slots_.size(); ++i) {
    if (slots_[i].target == TargetKind::kKey) targets.emplace(slots_[i].name, i);
  }
  const Closure::Ways dependents = closure.DependentsWithWays();
  slots_.reserve(slots_.size() + added.size() + dependents.size());
  auto next = added.begin();
  for (const auto& [key, reached] : dependents) {
    const Cause cause{CauseStep::kDependency, reached->via->name};
    if (const auto target = targets.find(key->name); target != targets.end()) {
      Slot& slot = slots_[target->second];
      if (reached->kind == InvalidationKind::kEvict) slot.kind = reached->kind;
      AddCause(slot, cause);
      continue;
    }
    for (; next != added.end() && next->name < key->name; ++next) {
      slots_.push_back(std::move(*next));
    }
    if (next != added.end() && next->name == key->name) {
      AddCause(*next, cause);
      continue;
    }
    slots_.push_back(Slot{reached->kind, TargetKind::kKey, key->name, {}});
    slots_.back().key = key;
    AddCause(slots_.back(), cause);
  }
  slots_.insert(slots_.end(), std::make_move_iterator(next), std::make_move_iterator(added.end()));
}

size_t Emission::EstimatedBytes() const {
  size_t bytes = 0;
  for (const Slot& slot : slots_) {
    bytes += slot.name.size() + kBytesPerTarget;
    for (const uint32_t cause : slot.causes) bytes += causes_[cause].name.size() + kBytesPerCause;
  }
  return bytes;
}

void Emission::WidenToEverything() {
  const bool evicts =
      everything_ != Everything::kNo || !unnamed_roots_.empty() || !dependents_.empty() ||
      std::any_of(slots_.begin(), slots_.end(),
                  [](const Slot& slot) { return slot.kind == InvalidationKind::kEvict; });
  slots_.clear();
  index_.clear();
  Add(evicts ? InvalidationKind::kEvict : InvalidationKind::kMarkStale, TargetKind::kEverything, "",
      Cause{CauseStep::kLimit, "", /*widened=*/true});
  if (everything_ == Everything::kCounted) return;
  ++widened_;
  ++state_.meta.widened;
}

absl::string_view Emission::Mark(Slot& slot, uint64_t revision) {
  const bool evicts = slot.kind == InvalidationKind::kEvict;
  if (slot.target == TargetKind::kEverything) {
    state_.broad.NoteEverything(evicts, revision);
    if (evicts) state_.pending.Clear();
    return "";
  }
  if (slot.target == TargetKind::kPattern) {
    if (evicts) state_.pending.RemovePattern(slot.name);
    return state_.broad.NotePattern(slot.name, evicts, revision, slot.pattern);
  }
  Node* node = nullptr;
  if (slot.target == TargetKind::kTag) {
    node = &state_.graph.AddTag(slot.name);
    if (evicts) state_.pending.RemoveTag(slot.name);
  } else {
    if (slot.key == nullptr) slot.key = &state_.graph.AddKey(slot.name);
    node = slot.key;
    // A target without its dependents stays in the batch: dependents that joined since its
    // acceptance have to be invalidated too.
    if (evicts && follow_) state_.pending.RemoveKey(slot.name);
  }
  (evicts ? node->evicted : node->staled) = revision;
  return node->name;
}

// Ends the entries that the event evicts, as far as they are known without a search: the named ones
// and those that were roots. Entries without dependents are left to their next reader; so are those
// beyond Limits::ended_at_once, and all entries if everything is evicted.
void Emission::EvictEntries(const Closure& closure, uint64_t revision) {
  if (slots_.front().target == TargetKind::kEverything) return;
  uint64_t at_once = state_.limits.ended_at_once;
  EvictUnnamed(closure, revision, at_once);
  for (size_t i = 0; i < slots_.size(); ++i) {
    const Slot& slot = slots_[i];
    if (slot.key == nullptr || slot.kind != InvalidationKind::kEvict) continue;
    if (slot.key->entry == nullptr) continue;
    if (at_once == 0 && !(end_targets_ && i < targets_)) continue;
    EndEntry(*slot.key, at_once);
  }
}

void Emission::EndEntry(Key& key, uint64_t& at_once) {
  at_once -= std::min(at_once, Graph::PartsOf(key));
  state_.graph.DropEntry(key);
}

// No event names these entries, so the eviction is remembered with the key, unless the entry's tags
// record it while the entry exists.
void Emission::EvictUnnamed(const Closure& closure, uint64_t revision, uint64_t& at_once) {
  const absl::flat_hash_set<absl::string_view> not_evicted(unnamed_roots_.begin(),
                                                           unnamed_roots_.end());
  std::vector<Key*> unnamed;
  for (const auto& [key, reached] : closure.reached()) {
    if (reached.kind == InvalidationKind::kEvict && key->entry != nullptr &&
        key->evicted != revision && !not_evicted.contains(key->name)) {
      unnamed.push_back(key);
    }
  }
  std::sort(unnamed.begin(), unnamed.end(), KeyBefore());
  const Freshness freshness = state_.freshness();
  for (Key* key : unnamed) {
    if (at_once > 0 || freshness.EvictedSinceFill(*key) == 0) {
      state_.graph.RememberEvicted(*key, revision);
    }
    if (at_once > 0) EndEntry(*key, at_once);
  }
}

Event Emission::Build(uint64_t revision) {
  Event event;
  event.revision = revision;
  event.source = source_;
  event.time = state_.meta.now;
  event.invalidations.reserve(slots_.size());
  // Some causes may have gone with what they were causes of, and the order is that of the targets.
  constexpr uint32_t kUnused = std::numeric_limits<uint32_t>::max();
  absl::InlinedVector<uint32_t, kFewSlots> numbers(causes_.causes().size(), kUnused);
  for (const Slot& slot : slots_) {
    Invalidation invalidation;
    invalidation.kind = slot.kind;
    invalidation.target = slot.target;
    invalidation.name = slot.name;
    invalidation.first_cause = event.cause_indexes.size();
    invalidation.cause_count = slot.causes.size();
    for (const uint32_t cause : slot.causes) {
      if (numbers[cause] == kUnused) {
        numbers[cause] = static_cast<uint32_t>(event.causes.size());
        event.causes.push_back(causes_[cause]);
      }
      event.cause_indexes.push_back(numbers[cause]);
    }
    event.invalidations.push_back(invalidation);
  }
  return event;
}

}  // namespace cache_invalidation::engine
