// SPDX-License-Identifier: Apache-2.0

// Closure: everything that an invalidation reaches through dependency edges.

#ifndef CACHE_INVALIDATION_SERVER_ENGINE_CLOSURE_H_
#define CACHE_INVALIDATION_SERVER_ENGINE_CLOSURE_H_

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "common/pattern.h"
#include "server/engine/event.h"
#include "server/engine/freshness.h"
#include "server/engine/graph.h"
#include "server/engine/work_budget.h"

namespace cache_invalidation::engine {

// Spreads from the targets of one event over the edges that are active now, breadth first. Where
// tags are evicted, a mixed entry counts as computed from each of its tags, because some of its
// copies may lack the tag.
//
//   Closure closure(graph, freshness);
//   closure.AddTag("user:42");              // roots of this kind ...
//   closure.Spread(InvalidationKind::kEvict);
//   ...                                     // then those of the next
//   closure.Spread(InvalidationKind::kMarkStale);
//
// A later spread leaves alone what an earlier one reached, so spread the stronger kind first. The
// result does not depend on the order in which edges were added. Reads only; valid until the state
// changes. Cost: the nodes and edges reached and, for a pattern, the keys in its range.
//
// A limit bounds the number of items looked at: root tags, edges, and keys that a pattern is
// matched against (a match that takes long counts several times). If the limit is reached, the
// result is incomplete.
class Closure {
 public:
  struct Reached {
    InvalidationKind kind = InvalidationKind::kEvict;
    // Hit by name, by a pattern or through its tags, not only through an edge.
    bool root = false;
    // The source of the edge through which the key was reached: on a shortest path, and of those
    // the bytewise smallest name. Null if it was reached through no edge.
    const Node* via = nullptr;
    int via_level = 0;
  };
  using ReachedKeys = absl::flat_hash_map<Key*, Reached>;

  static constexpr uint64_t kNoLimit = std::numeric_limits<uint64_t>::max();

  // Stops spreading, and marks the result incomplete, once the names of the reached keys take more
  // than `bytes`, counting `bytes_per_key` extra for each key. Whether that happens depends only on
  // the set of keys that a full spread would reach. `with_sources`: also counts the name of the
  // source through which each key was first reached.
  void StopBeyond(size_t bytes, size_t bytes_per_key, bool with_sources = false) {
    bytes_left_ = bytes;
    bytes_per_key_ = bytes_per_key;
    with_sources_ = with_sources;
  }

  Closure(const Graph& graph, const Freshness& freshness, uint64_t limit = kNoLimit)
      : graph_(graph), freshness_(freshness), limit_(limit) {}
  // Patterns are matched within the budget of the command. Once it is spent, the result is
  // incomplete.
  Closure(const Graph& graph, const Freshness& freshness, WorkBudget& work)
      : graph_(graph), freshness_(freshness), limit_(kNoLimit), work_(&work) {}

  // Add roots for the next Spread. Unknown names reach nothing.
  void AddTag(absl::string_view tag);  // and the tags below it
  void AddKey(absl::string_view name);
  void AddPattern(const Pattern& pattern);  // a repeated pattern costs nothing

  void Spread(InvalidationKind kind);

  // Everything reached, including roots that are keys, with or without dependents. Unordered.
  const ReachedKeys& reached() const { return reached_; }

  // The keys reached through an edge, by name.
  std::vector<Key*> Dependents() const;
  // The same, with how each was reached. Valid until the next Spread.
  using Ways = std::vector<std::pair<Key*, const Reached*>>;
  Ways DependentsWithWays() const;

  uint64_t looked_at() const { return looked_at_; }
  bool is_complete() const { return complete_; }

 private:
  // Counts one more item. Returns false, without counting, if the limit is reached.
  bool Look();
  // The same for matching the pattern against the key.
  bool MayMatch(const Pattern& pattern, absl::string_view key);
  // The same for the bytes of the key's name (StopBeyond).
  bool Name(const Key& key, const Node& source);
  void AddRoot(Key& key) { root_keys_.push_back(&key); }
  // Whether the spreads so far evict one of the entry's tags.
  bool HitByEvictedTag(const Key& key) const;
  void NameMixedCarriers(const Tag& tag);
  static bool IsBetterWay(const Node& source, int level, const Reached& than);
  static void NoteWay(const Node& source, int level, Reached& reached);
  void Follow(const Node& source, int level, InvalidationKind kind, std::vector<Key*>& next);

  const Graph& graph_;
  const Freshness& freshness_;
  const uint64_t limit_;
  WorkBudget* const work_ = nullptr;
  uint64_t looked_at_ = 0;
  bool complete_ = true;
  size_t bytes_left_ = std::numeric_limits<size_t>::max();
  size_t bytes_per_key_ = 0;
  bool with_sources_ = false;
  absl::flat_hash_set<std::string> root_patterns_;
  std::vector<std::string> root_tag_names_;
  std::vector<const Tag*> root_tags_;
  std::vector<Key*> root_keys_;
  ReachedKeys reached_;
  absl::flat_hash_set<std::string> evicted_tags_;
};

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_CLOSURE_H_
