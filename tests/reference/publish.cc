// SPDX-License-Identifier: Apache-2.0

#include "tests/reference/publish.h"

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "tests/reference/overflow.h"
#include "tests/reference/spread.h"

namespace cache_invalidation::reference {
namespace {

using engine::CauseStep;
using engine::InvalidationKind;
using engine::Strategy;
using engine::TargetKind;

constexpr uint64_t kFullBatch = 10'000;

OwnedCause DependencyOn(const std::string& name) { return {CauseStep::kDependency, name, false}; }

void AddOnce(std::vector<OwnedCause>& causes, const OwnedCause& cause) {
  if (std::find(causes.begin(), causes.end(), cause) == causes.end()) causes.push_back(cause);
}

// Appends the targets of a step, or their causes where they stand already.
void AppendStep(const PlannedStep& step, std::vector<OwnedInvalidation>& targets) {
  const InvalidationKind kind =
      step.strategy == Strategy::kLazy ? InvalidationKind::kMarkStale : InvalidationKind::kEvict;
  for (const PlannedTarget& target : step.targets) {
    auto position = std::find_if(targets.begin(), targets.end(), [&](const OwnedInvalidation& t) {
      return t.target == target.target && t.name == target.name;
    });
    if (position == targets.end()) {
      targets.push_back({kind, target.target, target.name, {}});
      position = targets.end() - 1;
    }
    if (kind == InvalidationKind::kEvict) position->kind = kind;
    AddOnce(position->causes, target.cause);
  }
}

// The last step: target keys that are dependents too get a cause more, the others follow.
void AppendDependents(std::map<std::string, Dependent> dependents,
                      std::vector<OwnedInvalidation>& targets) {
  for (OwnedInvalidation& target : targets) {
    auto found = dependents.find(target.name);
    if (target.target != TargetKind::kKey || found == dependents.end()) continue;
    if (found->second.kind == InvalidationKind::kEvict) target.kind = InvalidationKind::kEvict;
    AddOnce(target.causes, DependencyOn(found->second.cause));
    dependents.erase(found);
  }
  for (const auto& [key, dependent] : dependents) {
    targets.push_back({dependent.kind, TargetKind::kKey, key, {DependencyOn(dependent.cause)}});
  }
}

bool Hits(const OwnedInvalidation& target, const std::string& key, const Entry& entry) {
  switch (target.target) {
    case TargetKind::kEverything:
      return true;
    case TargetKind::kTag:
      return std::any_of(entry.tags.begin(), entry.tags.end(),
                         [&](const std::string& tag) { return AtOrBelow(tag, target.name); });
    case TargetKind::kKey:
      return key == target.name;
    case TargetKind::kPattern:
      return Matches(target.name, key);
  }
  return false;
}

void HitEntries(State& state, const OwnedEvent& event) {
  std::set<std::string> evicted;
  for (auto& [key, entry] : state.entries) {
    bool hit = false;
    for (const OwnedInvalidation& target : event.invalidations) {
      if (!Hits(target, key, entry)) continue;
      hit = true;
      if (target.kind == InvalidationKind::kEvict) evicted.insert(key);
    }
    if (!hit) continue;
    entry.stale = true;
    state.implied_hits.push_back({key, event.revision, evicted.contains(key)});
  }
  for (const auto& [key, entry] : state.leftover_entries) {
    for (const OwnedInvalidation& target : event.invalidations) {
      if (Hits(target, key, entry)) state.implied_hits.push_back({key, event.revision, false});
    }
  }
  for (const std::string& key : evicted) DropEntry(state, key);
}

void NotePatterns(State& state, const OwnedEvent& event) {
  for (const OwnedInvalidation& target : event.invalidations) {
    if (target.target != TargetKind::kPattern) continue;
    PatternRevisions& revisions = state.patterns[target.name];
    const bool evicts = target.kind == InvalidationKind::kEvict;
    (evicts ? revisions.evicted : revisions.staled) = event.revision;
    GiveUpPatterns(state);
  }
}

// Whether an eviction takes this item out of the pending batch.
bool Covers(const OwnedInvalidation& evicted, const TargetName& pending) {
  if (evicted.target == TargetKind::kEverything) return true;
  if (evicted.target != pending.first) return false;
  if (evicted.target == TargetKind::kTag) return AtOrBelow(pending.second, evicted.name);
  return evicted.name == pending.second;
}

void LeaveBatch(State& state, const OwnedEvent& event) {
  for (const OwnedInvalidation& target : event.invalidations) {
    if (target.kind != InvalidationKind::kEvict) continue;
    for (auto item = state.pending.begin(); item != state.pending.end();) {
      item = Covers(target, item->first) ? state.pending.erase(item) : std::next(item);
    }
  }
  if (state.pending.empty()) state.batch_deadline.reset();
}

}  // namespace

OwnedEvent BuildEvent(const State& state, const Plan& plan, engine::EventSource source) {
  OwnedEvent event{0, source, {}};
  for (const PlannedStep& step : plan.steps) {
    if (!step.batched) AppendStep(step, event.invalidations);
  }
  std::set<TargetName> evicted, stale;
  for (const OwnedInvalidation& target : event.invalidations) {
    (target.kind == InvalidationKind::kEvict ? evicted : stale)
        .insert({target.target, target.name});
  }
  const bool everything = evicted.contains({TargetKind::kEverything, ""}) ||
                          stale.contains({TargetKind::kEverything, ""});
  if (!everything) AppendDependents(Spread(state, evicted, stale), event.invalidations);
  return event;
}

void AcceptBatched(State& state, const Plan& plan) {
  for (const PlannedStep& step : plan.steps) {
    if (!step.batched) continue;
    for (const PlannedTarget& target : step.targets) {
      PendingItem& item = state.pending[{target.target, target.name}];
      item.target = true;
      item.causes.insert(target.cause);
    }
  }
  for (const auto& [key, dependent] : Spread(state, TargetsBatched(plan), {})) {
    state.pending[{TargetKind::kKey, key}].causes.insert(DependencyOn(dependent.cause));
  }
  if (!state.pending.empty() && !state.batch_deadline.has_value()) {
    state.batch_deadline = state.now + state.batch_delay;
    ++state.batch_generation;
  }
}

OwnedEvent BuildFlush(const State& state) {
  std::map<TargetName, PendingItem> items = state.pending;
  // Dependents from acceptance go too, so whatever depends on them by now follows.
  std::set<TargetName> roots;
  for (const auto& [name, item] : items) roots.insert(name);
  for (const auto& [key, dependent] : Spread(state, roots, {})) {
    items[{TargetKind::kKey, key}].causes.insert(DependencyOn(dependent.cause));
  }
  OwnedEvent event{0, engine::EventSource::kBatch, {}};
  for (const bool target : {true, false}) {
    for (const auto& [name, item] : items) {
      if (item.target != target) continue;
      event.invalidations.push_back({InvalidationKind::kEvict,
                                     name.first,
                                     name.second,
                                     {item.causes.begin(), item.causes.end()}});
    }
  }
  return event;
}

void Publish(State& state, OwnedEvent event, std::vector<OwnedEvent>& events,
             bool leaves_dependents) {
  if (event.invalidations.empty()) return;
  event.revision = ++state.head;
  event.time = state.now;
  HitEntries(state, event);
  NotePatterns(state, event);
  if (!leaves_dependents) LeaveBatch(state, event);
  Settle(state);
  state.history.push_back(std::make_shared<const OwnedEvent>(event));
  events.push_back(std::move(event));
}

uint32_t Flush(State& state, std::vector<OwnedEvent>& events) {
  const uint32_t flushed = PendingTargets(state);
  const OwnedEvent event = BuildFlush(state);
  state.pending.clear();
  state.batch_deadline.reset();
  Publish(state, event, events);
  return flushed;
}

void Execute(State& state, const Plan& plan, engine::EventSource source,
             std::vector<OwnedEvent>& events) {
  const OwnedEvent own = BuildEvent(state, plan, source);
  AcceptBatched(state, plan);
  Publish(state, own, events);
  if (PendingTargets(state) >= kFullBatch) Flush(state, events);
}

}  // namespace cache_invalidation::reference
