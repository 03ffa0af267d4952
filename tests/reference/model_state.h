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

// An entry that no invalidation has evicted. A ghost, untracked or expired, is out of all look-ups;
// its tags and edges are kept for those who depend on it.
struct Entry {
  std::set<std::string> tags;
  std::set<Node> depends_on;
  std::optional<absl::Time> expires;
  uint64_t fill_revision = 0;  // the head when it was tracked
  bool stale = false;
  bool ghost = false;
  bool mixed = false;   // fills of it had different tags
  std::string fill_id;  // of the last fill
};

// One item of the pending batch.
struct PendingItem {
  bool target = false;  // otherwise only a dependent
  std::set<OwnedCause> causes;
};

// An entry was hit through its tags. Certain to be remembered of the key if that evicted it. A mark
// ends with the entry; and an entry that had ended before is hit only if the server does not know.
struct ImpliedHit {
  std::string key;
  uint64_t revision = 0;
  bool certain = false;
};

// When the keys that a pattern matches were evicted, and marked stale, by it.
struct PatternRevisions {
  uint64_t evicted = 0;
  uint64_t staled = 0;

  uint64_t last() const { return std::max(evicted, staled); }
};

// What an invalidation names. Ordered as within a step.
using TargetName = std::pair<engine::TargetType, std::string>;

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

  // Every event there ever was, also those that are no longer retained.
  std::vector<std::shared_ptr<const OwnedEvent>> history;
  // The patterns of the history since the floor, as many as are remembered, and when one of the
  // others hit keys that nobody can tell any more.
  std::map<std::string, PatternRevisions> patterns;
  uint64_t any_key = 0;
  // When entries were hit through their tags, which events leave implied.
  std::vector<ImpliedHit> implied_hits;
  // What ended by an eviction or by time since the last complete sweep: a server that reclaims it
  // later still counts it, and may still take the tags of such an entry for the key's.
  std::map<std::string, Entry> leftover_entries;
  // Keys whose entry, or a declared dependency of which, ended by itself or was taken back, and the
  // head at that time, the last one each. A server that notices later takes a later one.
  std::map<std::string, uint64_t> ends;
  std::set<Edge> leftover_edges;

  engine::InvalidationStats counters;  // only what counts up
};

// What tags count as in limits: one of more than two levels once for each level beyond the first.
uint64_t WeightOf(const std::set<std::string>& tags);

// Whether invalidating `ancestor` hits `tag`.
bool AtOrBelow(absl::string_view tag, absl::string_view ancestor);

// Whether the whole key matches.
bool Matches(absl::string_view pattern, absl::string_view key);

// Ends what time has ended: declarations past their expiry, and ghosts, new ones included, that
// nothing needs any more. Everything else here wants a state that is settled.
void Settle(State& state);

// Ends a declaration: what the key stood for is not known any more.
void EndDeclaration(State& state, const Edge& edge);

// Takes out an entry that was evicted, or that nothing needs.
void DropEntry(State& state, const std::string& key);

// The entry that may be looked up; null if there is none.
const Entry* FindTracked(const State& state, const std::string& key);

// Declared edges and those that entries own.
std::set<Edge> AllEdges(const State& state);

// Every key that is tracked or stands in an edge.
std::set<std::string> KnownKeys(const State& state);

uint64_t PendingTargets(const State& state);

}  // namespace cache_invalidation::reference

#endif  // CACHE_INVALIDATION_TESTS_REFERENCE_MODEL_STATE_H_
