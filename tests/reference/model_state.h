// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_REFERENCE_MODEL_STATE_H_
#define CACHE_INVALIDATION_TESTS_REFERENCE_MODEL_STATE_H_

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/limits.h"
#include "server/engine/limits.h"
#include "server/engine/model.h"
#include "server/engine/query.h"
#include "server/engine/result.h"
#include "tests/reference/owned_event.h"

namespace cache_invalidation::reference {

// The model's state of a namespace: plain values, copied freely, searched linearly.

// A key or tag that something can depend on. Ordered by name, a tag before the key of that name.
struct Node {
  std::string name;
  engine::NameKind kind = engine::NameKind::kKey;

  bool operator==(const Node&) const = default;
  bool operator<(const Node& other) const {
    if (name != other.name) return name < other.name;
    return kind == engine::NameKind::kTag && other.kind == engine::NameKind::kKey;
  }
};

// `key` was computed from the key or tag `name`. Ordered as ListCacheDependencies returns them.
struct Edge {
  std::string key;
  engine::NameKind kind = engine::NameKind::kKey;
  std::string name;

  Node depends_on() const { return {name, kind}; }
  auto operator<=>(const Edge&) const = default;
};

// An entry that no invalidation has evicted. A ghost, untracked or expired, is invisible to
// look-ups; its tags and edges are kept for its dependents.
struct Entry {
  std::set<std::string> tags;
  std::set<Node> depends_on;
  std::optional<absl::Time> expires;
  uint64_t fill_revision = 0;  // the head when it was tracked
  bool stale = false;
  bool ghost = false;
  bool mixed = false;   // its fills had different tags
  std::string fill_id;  // of the last fill
};

// One item of the pending batch.
struct PendingItem {
  bool target = false;  // otherwise only a dependent
  std::set<OwnedCause> causes;
};

// An entry was hit through its tags. The server certainly remembers it of the key if the hit
// evicted the entry. A mark ends with the entry; an entry that had ended before is hit only if the
// server does not know that.
struct ImpliedHit {
  std::string key;
  uint64_t revision = 0;
  bool certain = false;
};

// When a pattern evicted, and marked stale, the keys that it matches.
struct PatternRevisions {
  uint64_t evicted = 0;
  uint64_t staled = 0;

  uint64_t last() const { return std::max(evicted, staled); }
};

// The name of an invalidation. Ordered as within a step.
using TargetName = std::pair<engine::TargetKind, std::string>;

struct State {
  std::string epoch;
  engine::Limits limits;
  uint64_t head = 0;
  uint64_t floor = 0;
  absl::Time now = absl::UnixEpoch();

  std::map<std::string, engine::Rule> rules;
  std::map<std::string, engine::RuleCounters> rule_counters;
  std::map<std::string, engine::Relationship> relationships;
  std::map<Edge, std::optional<absl::Time>> declarations;  // with their expiry
  std::map<std::string, Entry> entries;

  std::map<TargetName, PendingItem> pending;
  absl::Duration batch_delay = kDefaultBatchDelay;
  std::optional<absl::Time> batch_deadline;
  uint64_t batch_generation = 0;

  // Every event ever, including those that are no longer retained.
  std::vector<std::shared_ptr<const OwnedEvent>> history;
  // The patterns of the history since the floor, up to the limit, and the last revision at which
  // one beyond the limit hit keys that are no longer known.
  std::map<std::string, PatternRevisions> patterns;
  uint64_t any_key = 0;
  // When entries were hit through their tags, which events leave implied.
  std::vector<ImpliedHit> implied_hits;
  // Entries that ended by an eviction or by time since the last complete sweep: a server that
  // reclaims them later still counts them, and can still take the tags of such an entry for the
  // key's.
  std::map<std::string, Entry> leftover_entries;
  // Keys whose entry, or a declared dependency of which, expired or was removed, and the head at
  // that time, the last for each. A server that notices it later records a later head.
  std::map<std::string, uint64_t> ends;
  std::set<Edge> leftover_edges;

  engine::InvalidationStats counters;  // only those that increase
};

// Returns the number of tags as counted in limits: a tag of more than two levels counts once for
// each level beyond the first.
uint64_t WeightOf(const std::set<std::string>& tags);

// Returns whether invalidating `ancestor` hits `tag`.
bool AtOrBelow(absl::string_view tag, absl::string_view ancestor);

// Returns whether the whole key matches.
bool Matches(absl::string_view pattern, absl::string_view key);

// Removes what has ended by time: declarations past their expiry, and ghosts, including new ones,
// that nothing needs any more. All other functions here require a settled state.
void Settle(State& state);

// Ends a declaration: what the key depends on is then no longer known.
void EndDeclaration(State& state, const Edge& edge);

// Removes an entry that was evicted, or that nothing needs.
void DropEntry(State& state, const std::string& key);

// Returns the entry if it can be looked up; null otherwise.
const Entry* FindTracked(const State& state, const std::string& key);

// Returns the declared edges and those owned by entries.
std::set<Edge> AllEdges(const State& state);

// Returns every key that is tracked or part of an edge.
std::set<std::string> KnownKeys(const State& state);

uint64_t PendingTargets(const State& state);

}  // namespace cache_invalidation::reference

#endif  // CACHE_INVALIDATION_TESTS_REFERENCE_MODEL_STATE_H_
