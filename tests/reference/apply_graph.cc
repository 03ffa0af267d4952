// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <optional>
#include <utility>

#include "tests/reference/apply.h"
#include "tests/reference/freshness.h"
#include "tests/reference/overflow.h"
#include "tests/reference/publish.h"
#include "tests/reference/spread.h"

namespace cache_invalidation::reference {
namespace {

using engine::CauseStep;
using engine::EventSource;
using engine::FillOutcome;
using engine::InvalidationKind;
using engine::NameKind;
using engine::Strategy;
using engine::TargetKind;

// The later of two expiries; none is never.
std::optional<absl::Time> Later(std::optional<absl::Time> a, std::optional<absl::Time> b) {
  if (!a.has_value() || !b.has_value()) return std::nullopt;
  return std::max(*a, *b);
}

std::optional<absl::Time> Expiry(const State& state, std::optional<absl::Duration> ttl) {
  if (!ttl.has_value()) return std::nullopt;
  return state.now + *ttl;
}

// Whether the key depends on itself by way of one of the nodes.
bool ClosesCycle(const State& state, const std::string& key, const std::set<Node>& nodes) {
  std::set<TargetName> self = {{TargetKind::kKey, key}};
  const auto dependents = Spread(state, self, {});
  return std::any_of(nodes.begin(), nodes.end(), [&](const Node& node) {
    return node.kind == NameKind::kKey && dependents.contains(node.name);
  });
}

// Whether it is a type tag, which hardly any write hits.
bool IsBare(absl::string_view tag) { return tag.find(':') == absl::string_view::npos; }

// What keeps a fill from being kept.
struct FillCheck {
  FillOutcome outcome = FillOutcome::kKept;
  // Any of these may be named. Where the fill is kept it is as right to refuse it for one of them.
  std::set<std::string> moved;
};

// What a fill is about, with what is known of its key already: tags, keys, then tags depended on.
std::vector<Node> PartsOf(const State& state, const engine::TrackedEntry& fill) {
  const std::string key(fill.key);
  std::set<std::string> tags(fill.tags.begin(), fill.tags.end());
  std::set<Node> depends_on = NodesOf(fill.depends_on);
  if (auto entry = state.entries.find(key); entry != state.entries.end()) {
    tags.insert(entry->second.tags.begin(), entry->second.tags.end());
    depends_on.insert(entry->second.depends_on.begin(), entry->second.depends_on.end());
  }
  for (const auto& [edge, expires] : state.declarations) {
    if (edge.key == key) depends_on.insert(edge.depends_on());
  }
  std::vector<Node> parts;
  for (const std::string& tag : tags) parts.push_back({tag, NameKind::kTag});
  for (const NameKind kind : {NameKind::kKey, NameKind::kTag}) {
    for (const Node& node : depends_on) {
      if (node.kind == kind) parts.push_back(node);
    }
  }
  return parts;
}

FillCheck CheckFill(const State& state, const engine::TrackedEntry& fill) {
  FillCheck check;
  const auto note = [&](const Node& node, Moved moved) {
    if (moved == Moved::kNo || check.outcome == FillOutcome::kRefusedMoved) return;
    check.moved.insert(node.name);
    if (moved == Moved::kYes) check.outcome = FillOutcome::kRefusedMoved;
  };
  if (fill.position.has_value()) {
    if (!KnownPosition(state, *fill.position)) {
      check.outcome = FillOutcome::kRefusedPosition;
      return check;
    }
    const uint64_t after = fill.position->revision;
    const Node key{std::string(fill.key), NameKind::kKey};
    note(key, SelfMoved(state, key, after));
    for (const Node& part : PartsOf(state, fill)) {
      note(part, AnyMoved(state, {part}, after, key.name, key.name));
    }
  }
  for (const Node& node : NodesOf(fill.depends_on)) {
    const bool is_unknown = node.kind == NameKind::kKey && !state.entries.contains(node.name);
    if (fill.only_tracked_keys && is_unknown) note(node, Moved::kYes);
  }
  return check;
}

void Track(State& state, const engine::TrackedEntry& fill) {
  const std::string key(fill.key);
  const std::optional<absl::Time> expires = Expiry(state, fill.ttl);
  auto [position, added] = state.entries.insert({key, {}});
  Entry& entry = position->second;
  entry.expires = added || entry.ghost ? expires : Later(entry.expires, expires);
  entry.fill_revision = state.head;
  entry.ghost = false;
  entry.stale = false;
  entry.fill_id = std::string(fill.fill_id);
  const std::set<std::string> tags(fill.tags.begin(), fill.tags.end());
  if (!added && tags != entry.tags) entry.mixed = true;
  entry.tags.insert(tags.begin(), tags.end());
  for (const Node& node : NodesOf(fill.depends_on)) entry.depends_on.insert(node);
  state.leftover_entries.erase(key);
}

// Whether the declarations would be too many. Expired ones count until they are reclaimed.
bool IsRefused(const State& state, const std::string& key, const std::set<Node>& nodes,
               const Observed* observed) {
  std::set<Edge> edges;
  for (const auto& [edge, expires] : state.declarations) edges.insert(edge);
  for (const Node& node : nodes) edges.insert({key, node.kind, node.name});
  const auto too_many = [&] {
    const uint64_t of_key = std::count_if(edges.begin(), edges.end(),
                                          [&](const Edge& edge) { return edge.key == key; });
    return edges.size() > state.limits.declared_edges ||
           of_key > state.limits.declared_edges_of_key;
  };
  if (too_many()) return true;
  edges.insert(state.leftover_edges.begin(), state.leftover_edges.end());
  return too_many() && observed != nullptr && !observed->status.ok();
}

// The keys that the event names for that cause, in its order.
std::vector<std::string> NamedFor(CauseStep step, const OwnedEvent& event) {
  std::vector<std::string> keys;
  for (const OwnedInvalidation& target : event.invalidations) {
    for (const OwnedCause& cause : target.causes) {
      if (target.target == TargetKind::kKey && cause.step == step) keys.push_back(target.name);
    }
  }
  return keys;
}

// The keys that the server named for that cause, in its order.
std::vector<std::string> NamedFor(CauseStep step, const Observed* observed) {
  std::vector<std::string> keys;
  if (observed == nullptr) return keys;
  for (const OwnedEvent& event : observed->events) {
    const std::vector<std::string> named = NamedFor(step, event);
    keys.insert(keys.end(), named.begin(), named.end());
  }
  return keys;
}

bool IsNamedFor(CauseStep step, const std::string& key, const Observed* observed) {
  const std::vector<std::string> named = NamedFor(step, observed);
  return std::find(named.begin(), named.end(), key) != named.end();
}

// Whether the server named the key of several fills because one of them was refused: the others
// may have been kept until then.
bool GoesWithAnother(const engine::TrackEntries& command, const std::string& key,
                     const Observed* observed) {
  const auto fills =
      std::count_if(command.entries.begin(), command.entries.end(),
                    [&key](const engine::TrackedEntry& fill) { return fill.key == key; });
  return fills > 1 && IsNamedFor(CauseStep::kFillRefused, key, observed);
}

// Whether the fills of the key, from one place of the call to another, would unite more names with
// its entry than that may have.
bool IsTooLarge(const State& state, const engine::TrackEntries& command, const std::string& key,
                size_t first, size_t end) {
  const auto known = state.entries.find(key);
  if (known == state.entries.end()) return false;
  std::set<std::string> tags = known->second.tags;
  std::set<Node> depends_on = known->second.depends_on;
  for (size_t i = first; i < end; ++i) {
    const engine::TrackedEntry& fill = command.entries[i];
    if (fill.key != key) continue;
    tags.insert(fill.tags.begin(), fill.tags.end());
    for (const Node& node : NodesOf(fill.depends_on)) depends_on.insert(node);
  }
  return WeightOf(tags) + depends_on.size() > state.limits.names_per_entry;
}

// Whether an event of the command can be the one that evicts entries which are too large, `key`
// among them. An event that also evicts others makes room in the namespace.
bool BeganAnew(const State& state, const engine::TrackEntries& command, const std::string& key,
               const Observed* observed) {
  if (observed == nullptr) return false;
  return std::any_of(observed->events.begin(), observed->events.end(), [&](const auto& event) {
    const std::vector<std::string> evicted = NamedFor(CauseStep::kLimit, event);
    return std::count(evicted.begin(), evicted.end(), key) > 0 &&
           std::all_of(evicted.begin(), evicted.end(), [&](const std::string& other) {
             return IsTooLarge(state, command, other, 0, command.entries.size());
           });
  });
}

// Whether the server, which did not keep the fill, refused it for what may have moved. It has not
// if it kept the fill at first and then evicted it, for want of room or with another fill.
bool WasRefused(const State& state, const engine::TrackEntries& command, const FillCheck& check,
                const engine::TrackResult& result, const Observed* observed) {
  if (!check.moved.contains(result.moved)) return false;
  // It may have waited for the entry to begin anew, in vain.
  if (result.moved == result.key && BeganAnew(state, command, result.key, observed)) return false;
  if (result.moved != result.key || state.entries.contains(result.key)) return true;
  return !IsNamedFor(CauseStep::kLimit, result.key, observed) &&
         !GoesWithAnother(command, result.key, observed);
}

// The keys of refused fills that the server named, as it does when an entry ended so late that no
// position is behind that yet.
std::vector<std::string> NamedRefusals(const State& state, const std::set<TargetName>& refused,
                                       const Observed* observed) {
  std::vector<std::string> named;
  if (!state.ends.empty()) named = NamedFor(CauseStep::kFillRefused, observed);
  std::erase_if(named, [&](const std::string& key) {
    return !refused.contains({TargetKind::kKey, key});
  });
  return named;
}

// What goes with refused fills: `named` among their keys, and what depends on any of them.
OwnedEvent RefusalOf(const State& state, const std::set<TargetName>& refused,
                     const std::vector<std::string>& named) {
  OwnedEvent event{0, EventSource::kFillRefused, {}};
  auto dependents = Spread(state, refused, {});
  for (const std::string& key : named) {
    OwnedInvalidation target{
        InvalidationKind::kEvict, TargetKind::kKey, key, {{CauseStep::kFillRefused, "", false}}};
    if (const auto dependent = dependents.extract(key)) {
      target.causes.push_back({CauseStep::kDependency, dependent.mapped().cause, false});
    }
    event.invalidations.push_back(std::move(target));
  }
  for (const auto& [key, dependent] : dependents) {
    event.invalidations.push_back({dependent.kind,
                                   TargetKind::kKey,
                                   key,
                                   {{CauseStep::kDependency, dependent.cause, false}}});
  }
  return event;
}

int TimesNamed(const std::string& key, const Observed* observed) {
  int times = 0;
  if (observed == nullptr) return times;
  for (const OwnedEvent& event : observed->events) {
    for (const OwnedInvalidation& target : event.invalidations) {
      times += target.target == TargetKind::kKey && target.name == key;
    }
  }
  return times;
}

// Fills of entries that are too large, as places in the call, and their keys.
struct BegunAnew {
  std::vector<size_t> fills;
  std::set<std::string> keys;
};

// The old entries go with what depends on them; then come the fills, but for those that were
// computed from what went, and those that name too much again. `result` has all fills of the call.
void BeginAnew(State& state, const engine::TrackEntries& command, const BegunAnew& anew,
               const Observed* observed, Prediction& prediction,
               engine::TrackEntriesResult& result) {
  if (anew.fills.empty()) return;
  const uint64_t before = state.head;
  PlannedStep step{Strategy::kImmediate, false, {}};
  for (const std::string& key : anew.keys) {
    step.targets.insert({TargetKind::kKey, key, {CauseStep::kLimit, "", false}});
  }
  Plan plan;
  plan.steps.push_back(std::move(step));
  Publish(state, BuildEvent(state, plan, EventSource::kLimit), prediction.events);
  state.counters.dropped_entries += anew.keys.size();
  result.dropped += anew.keys.size();
  std::set<size_t> kept;
  const auto* answer =
      observed == nullptr ? nullptr : std::get_if<engine::TrackEntriesResult>(&observed->result);
  for (const size_t place : anew.fills) {
    const engine::TrackedEntry& fill = command.entries[place];
    const std::string key(fill.key);
    Moved moved = Moved::kNo;
    for (const Node& node : NodesOf(fill.depends_on)) {
      moved = std::max(moved, AnyMoved(state, {node}, before, "", ""));
    }
    for (absl::string_view tag : fill.tags) {
      moved = std::max(moved, SelfMoved(state, {std::string(tag), NameKind::kTag}, before));
    }
    // It was kept at first if a later event of the call named the key again.
    const bool was_kept = (answer != nullptr && place < answer->results.size() &&
                           answer->results[place].outcome == FillOutcome::kKept) ||
                          TimesNamed(key, observed) > 1;
    if (moved == Moved::kYes || (moved == Moved::kPerhaps && !was_kept)) continue;
    if (IsTooLarge(state, command, key, place, place + 1)) continue;
    Track(state, fill);
    kept.insert(place);
  }
  for (size_t i = 0; i < result.results.size(); ++i) {
    engine::TrackResult& fill = result.results[i];
    if (fill.outcome != FillOutcome::kKept || !anew.keys.contains(fill.key)) continue;
    if (kept.contains(i)) continue;
    fill.outcome = FillOutcome::kRefusedMoved;
    prediction.moved_names[i] = {fill.key};
    ++state.counters.refused_fills;
  }
}

}  // namespace

Prediction Apply(State& state, const engine::AddCacheDependency& command,
                 const Observed* observed) {
  Prediction prediction;
  engine::AddCacheDependencyResult result;
  const std::string key(command.key);
  const std::set<Node> nodes = NodesOf(command.depends_on);
  if (IsRefused(state, key, nodes, observed)) {
    prediction.status = absl::ResourceExhaustedError("declarations");
    return prediction;
  }
  const std::optional<absl::Time> expires = Expiry(state, command.ttl);
  for (const Node& node : nodes) {
    auto [edge, added] = state.declarations.insert({{key, node.kind, node.name}, expires});
    if (!added) edge->second = Later(edge->second, expires);
    result.added += added;
  }
  if (command.position.has_value()) {
    const Moved moved = KnownPosition(state, *command.position)
                            ? AnyMoved(state, nodes, command.position->revision, "", "")
                            : Moved::kYes;
    result.invalidated = moved == Moved::kYes;
    if (moved == Moved::kPerhaps && observed != nullptr) {
      const auto* answer = std::get_if<engine::AddCacheDependencyResult>(&observed->result);
      result.invalidated = answer != nullptr && answer->invalidated;
    }
  }
  if (ClosesCycle(state, key, nodes)) result.warnings.push_back("cycle");
  const auto is_bare_tag = [](const Node& node) {
    return node.kind == engine::NameKind::kTag && IsBare(node.name);
  };
  if (std::any_of(nodes.begin(), nodes.end(), is_bare_tag)) result.warnings.push_back("bare tag");
  if (result.invalidated) {
    Plan plan;
    plan.steps.push_back({Strategy::kImmediate,
                          false,
                          {{TargetKind::kKey, key, {CauseStep::kDependencyMoved, "", false}}}});
    Execute(state, plan, EventSource::kDependencyMoved, prediction.events);
  }
  result.revision = state.head;
  prediction.result = result;
  return prediction;
}

Prediction Apply(State& state, const engine::RemoveCacheDependency& command) {
  engine::RemoveCacheDependencyResult result;
  const std::string key(command.key);
  const std::set<Node> nodes = NodesOf(command.depends_on);
  for (const auto& [edge, expires] : std::map(state.declarations)) {
    const bool named = command.depends_on.empty() || nodes.contains(edge.depends_on());
    if (edge.key != key || !named) continue;
    ++result.removed;
    EndDeclaration(state, edge);
  }
  return {absl::OkStatus(), result, {}, {}};
}

Prediction Apply(State& state, const engine::TrackEntries& command, const Observed* observed) {
  Prediction prediction;
  engine::TrackEntriesResult result;
  const auto* answer =
      observed == nullptr ? nullptr : std::get_if<engine::TrackEntriesResult>(&observed->result);
  std::set<TargetName> refused;
  BegunAnew anew;
  for (size_t i = 0; i < command.entries.size(); ++i) {
    const engine::TrackedEntry& fill = command.entries[i];
    FillCheck check = CheckFill(state, fill);
    if (check.outcome == FillOutcome::kKept && answer != nullptr && i < answer->results.size() &&
        WasRefused(state, command, check, answer->results[i], observed)) {
      check.outcome = FillOutcome::kRefusedMoved;
    }
    state.counters.unchecked_fills += !fill.position.has_value();
    if (check.outcome == FillOutcome::kKept) {
      if (anew.keys.contains(std::string(fill.key)) ||
          IsTooLarge(state, command, std::string(fill.key), i, i + 1)) {
        anew.keys.insert(std::string(fill.key));
        anew.fills.push_back(i);
      } else {
        Track(state, fill);
      }
      if (std::any_of(fill.tags.begin(), fill.tags.end(), IsBare)) result.warnings = {"bare tag"};
    } else {
      ++state.counters.refused_fills;
      refused.insert({TargetKind::kKey, std::string(fill.key)});
    }
    if (GoesWithAnother(command, std::string(fill.key), observed)) {
      check.moved.insert(std::string(fill.key));
    }
    result.results.push_back({std::string(fill.key), check.outcome, ""});
    prediction.moved_names.push_back(check.moved);
  }
  BeginAnew(state, command, anew, observed, prediction, result);
  const std::vector<std::string> named = NamedRefusals(state, refused, observed);
  Publish(state, RefusalOf(state, refused, named), prediction.events);
  result.dropped += DropOldest(state, observed, result.dropped, prediction.events);
  for (size_t i = 0; i < result.results.size(); ++i) {
    engine::TrackResult& fill = result.results[i];
    if (fill.outcome != FillOutcome::kKept || state.entries.contains(fill.key)) continue;
    // An event of this command evicted it.
    fill.outcome = FillOutcome::kRefusedMoved;
    prediction.moved_names[i] = {fill.key};
    ++state.counters.refused_fills;
  }
  result.revision = state.head;
  prediction.result = result;
  return prediction;
}

Prediction Apply(State& state, const engine::UntrackEntries& command) {
  engine::UntrackEntriesResult result;
  for (absl::string_view name : command.keys) {
    const std::string key(name);
    if (FindTracked(state, key) == nullptr) continue;
    state.entries[key].ghost = true;
    ++result.found;
  }
  Settle(state);
  return {absl::OkStatus(), result, {}, {}};
}

Prediction Apply(State& state, const engine::Sweep& command, const Observed* observed) {
  const bool may_go_further = MayRememberTooMuch(state);
  state.floor = std::max(state.floor, command.floor);
  if (observed != nullptr && may_go_further) {
    state.floor = std::clamp(observed->floor, state.floor, state.head);
  }
  ForgetPatterns(state, state.floor);
  state.leftover_entries.clear();
  state.leftover_edges.clear();
  return {absl::OkStatus(), engine::SweepResult{0, true}, {}, {}};
}

}  // namespace cache_invalidation::reference
