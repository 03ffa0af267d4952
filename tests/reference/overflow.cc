// SPDX-License-Identifier: Apache-2.0

#include "tests/reference/overflow.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "server/engine/limits.h"
#include "tests/reference/plan.h"
#include "tests/reference/publish.h"

namespace cache_invalidation::reference {
namespace {

using engine::CauseStep;
using engine::EventSource;
using engine::NameKind;
using engine::Strategy;
using engine::TargetKind;

struct Room {
  uint64_t entries = 0;
  uint64_t parts = 0;

  void Add(const Entry& entry) {
    ++entries;
    parts += 1 + WeightOf(entry.tags) + entry.depends_on.size();
  }
};

bool Fits(const Room& room, const engine::Limits& limits) {
  return room.entries <= limits.entries && room.parts <= limits.entry_parts;
}

// What a namespace drops at least once it drops.
uint64_t Together(uint64_t limit) {
  return std::min(engine::kDroppedTogether, std::max<uint64_t>(1, limit / 64));
}

uint64_t Surplus(uint64_t taken, uint64_t limit) {
  return taken <= limit ? 0 : std::max(taken - limit, Together(limit));
}

std::vector<std::string> OldestFirst(const State& state) {
  std::vector<std::string> keys;
  for (const auto& [key, entry] : state.entries) keys.push_back(key);
  std::stable_sort(keys.begin(), keys.end(), [&](const std::string& a, const std::string& b) {
    return state.entries.at(a).fill_revision < state.entries.at(b).fill_revision;
  });
  return keys;
}

struct Drops {
  uint64_t least = 0;
  uint64_t most = 0;
};

// How many of the oldest entries must go, and how many may.
Drops HowMany(const State& state, const std::vector<std::string>& oldest) {
  Room certain;
  for (const auto& [key, entry] : state.entries) certain.Add(entry);
  Room possible = certain;
  for (const auto& [key, entry] : state.leftover_entries) possible.Add(entry);
  if (Fits(possible, state.limits)) return {};
  const uint64_t entries = Surplus(possible.entries, state.limits.entries);
  const uint64_t parts = Surplus(possible.parts, state.limits.entry_parts);
  Drops drops;
  Room freed;
  for (const std::string& key : oldest) {
    const bool fits =
        Fits({certain.entries - freed.entries, certain.parts - freed.parts}, state.limits);
    if (!fits) ++drops.least;
    if (freed.entries < entries || freed.parts < parts) ++drops.most;
    freed.Add(state.entries.at(key));
  }
  // Nothing has ended: then it is certain how much there is.
  if (state.leftover_entries.empty()) drops.least = drops.most;
  return drops;
}

uint64_t ObservedDrops(const Observed* observed) {
  if (observed == nullptr) return 0;
  uint64_t drops = 0;
  for (const OwnedEvent& event : observed->events) {
    for (const OwnedInvalidation& target : event.invalidations) {
      drops += std::any_of(target.causes.begin(), target.causes.end(), [](const OwnedCause& cause) {
        return cause.step == CauseStep::kLimit && !cause.widened;
      });
    }
  }
  return drops;
}

// The names that the events since the floor name, and the keys they hit through tags.
std::set<Node> NamesOfHistory(const State& state, bool with_implied) {
  std::set<Node> names;
  for (const auto& event : state.history) {
    if (event->revision <= state.floor) continue;
    for (const OwnedInvalidation& target : event->invalidations) {
      if (target.target == TargetKind::kTag) names.insert({target.name, NameKind::kTag});
      if (target.target == TargetKind::kKey) names.insert({target.name, NameKind::kKey});
    }
  }
  for (const ImpliedHit& hit : state.implied_hits) {
    if (with_implied && hit.revision > state.floor) names.insert({hit.key, NameKind::kKey});
  }
  return names;
}

bool IsUsed(const State& state, const Node& node) {
  if (node.kind == NameKind::kKey && KnownKeys(state).contains(node.name)) return true;
  for (const Edge& edge : AllEdges(state)) {
    if (edge.depends_on() == node) return true;
  }
  return std::any_of(state.entries.begin(), state.entries.end(), [&](const auto& item) {
    return node.kind == NameKind::kTag && item.second.tags.contains(node.name);
  });
}

}  // namespace

uint64_t DropOldest(State& state, const Observed* observed, uint64_t begun_anew,
                    std::vector<OwnedEvent>& events) {
  const std::vector<std::string> oldest = OldestFirst(state);
  const Drops range = HowMany(state, oldest);
  const uint64_t observed_drops = ObservedDrops(observed);
  const uint64_t drops =
      std::clamp(observed_drops - std::min(observed_drops, begun_anew), range.least, range.most);
  PlannedStep step{Strategy::kImmediate, false, {}};
  for (uint64_t i = 0; i < drops; ++i) {
    step.targets.insert({TargetKind::kKey, oldest[i], {CauseStep::kLimit, "", false}});
  }
  Plan plan;
  plan.steps.push_back(std::move(step));
  Publish(state, BuildEvent(state, plan, EventSource::kLimit), events);
  state.counters.dropped_entries += drops;
  return drops;
}

void ForgetPatterns(State& state, uint64_t upto) {
  for (auto& [expression, revisions] : state.patterns) {
    if (revisions.evicted <= upto) revisions.evicted = 0;
    if (revisions.staled <= upto) revisions.staled = 0;
  }
  std::erase_if(state.patterns, [](const auto& item) { return item.second.last() == 0; });
}

void GiveUpPatterns(State& state) {
  // The head is given up where a pattern of the same event was.
  while (state.patterns.size() > state.limits.patterns ||
         (!state.patterns.empty() && state.any_key == state.head)) {
    const auto oldest = std::min_element(
        state.patterns.begin(), state.patterns.end(),
        [](const auto& a, const auto& b) { return a.second.last() < b.second.last(); });
    state.any_key = std::max(state.any_key, oldest->second.last());
    for (const auto& [expression, revisions] : state.patterns) {
      if (revisions.last() > state.any_key) continue;
      for (auto& [key, entry] : state.entries) {
        if (entry.fill_revision < revisions.staled) entry.stale = true;
      }
      ++state.counters.widened;
    }
    ForgetPatterns(state, state.any_key);
  }
}

bool MayRememberTooMuch(const State& state) {
  return NamesOfHistory(state, true).size() > state.limits.remembered_names;
}

bool RemembersTooMuch(const State& state) {
  uint64_t names = 0;
  for (const Node& node : NamesOfHistory(state, false)) names += !IsUsed(state, node);
  return names > state.limits.remembered_names;
}

}  // namespace cache_invalidation::reference
