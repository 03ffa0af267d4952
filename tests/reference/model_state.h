#ifndef CACHE_INVALIDATION_TESTS_REFERENCE_MODEL_STATE_H_
#define CACHE_INVALIDATION_TESTS_REFERENCE_MODEL_STATE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/limits.h"
#include "server/engine/model.h"
#include "server/engine/query.h"
#include "server/engine/reply.h"
#include "tests/reference/owned_event.h"

namespace cache_invalidation::reference {

// What the model keeps of a namespace: plain values, copied freely, searched from end to end.

// A key or a tag that something may depend on. Ordered by name, a tag before the key of that name.
struct Node {
  std::string name;
  engine::NameKind kind = engine::NameKind::kKey;

  bool operator==(const Node&) const = default;
  bool operator<(const Node& other) const {
    if (name != other.name) return name < other.name;
    return kind == engine::NameKind::kTag && other.kind == engine::NameKind::kKey;
  }
};

// `key` was computed from the key or tag `name`. Ordered as ListCacheDependencies answers.
struct Edge {
  std::string key;
  engine::NameKind kind = engine::NameKind::kKey;
  std::string name;

  Node depends_on() const { return {name, kind}; }
  auto operator<=>(const Edge&) const = default;
};

// An entry that no invalidation has evicted. A ghost is out of all look-ups; its tags and edges
// are kept for those who depend on it.
struct Entry {
  std::set<std::string> tags;
  std::set<Node> depends_on;
  std::optional<absl::Time> expires;
  bool stale = false;
  bool ghost = false;

  bool TrackedAt(absl::Time now) const {
    return !ghost && (!expires.has_value() || *expires > now);
  }
};

// One item of the pending batch.
struct PendingItem {
  bool target = false;  // otherwise only a dependent
  std::set<OwnedCause> causes;
};

// What an invalidation names. Ordered as within a step.
using TargetName = std::pair<engine::TargetType, std::string>;

struct State {
  std::string epoch;
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

  // Every event there ever was, also those that are no longer retained.
  std::vector<OwnedEvent> history;
  // When entries were hit through their tags, which events leave implied.
  std::vector<std::pair<std::string, uint64_t>> implied_hits;
  // Entries that were evicted since the last complete sweep, as they were then: a server that
  // reclaims them later still counts them, and may still take their tags for the key's.
  std::map<std::string, Entry> unreclaimed;

  engine::InvalidationStats counters;  // only what counts up
};

// Whether invalidating `ancestor` hits `tag`.
bool AtOrBelow(absl::string_view tag, absl::string_view ancestor);

// Whether the whole key matches.
bool Matches(absl::string_view pattern, absl::string_view key);

// Declared edges and those that entries own, whatever their expiry: an edge is there until it is
// swept.
std::set<Edge> AllEdges(const State& state);

// Whether any edge leads to the key.
bool HasDependents(const State& state, const std::string& key);

uint64_t PendingTargets(const State& state);

}  // namespace cache_invalidation::reference

#endif  // CACHE_INVALIDATION_TESTS_REFERENCE_MODEL_STATE_H_
