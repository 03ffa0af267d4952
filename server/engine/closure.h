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

// Spreads from the targets of one event, breadth first, over the edges that are active now. A mixed
// entry counts as computed from its tags where they are evicted: not all of its copies carry them.
//
//   Closure closure(graph, freshness);
//   closure.AddTag("user:42");              // roots of this kind ...
//   closure.Spread(InvalidationKind::kEvict);
//   ...                                     // then those of the next
//   closure.Spread(InvalidationKind::kMarkStale);
//
// What one spread reached the next leaves alone, so spread the stronger kind first. What it answers
// does not depend on the order in which edges were added. Reads only; valid until the state
// changes. Costs the nodes and edges that are reached, and for a pattern the keys in its range.
//
// With a limit it looks at no more than that: tags that it begins with, edges, and keys that it
// matches a pattern against, which count several times if that takes long. Where there are more it
// is incomplete.
class Closure {
 public:
  struct Reached {
    InvalidationKind kind = InvalidationKind::kEvict;
    // Hit by name, by pattern or through its tags, not only through an edge.
    bool root = false;
    // The node through whose edge it was reached: on the shortest way, of those the bytewise
    // smallest name. Null: through none.
    const Node* via = nullptr;
    int via_level = 0;
  };
  using ReachedKeys = absl::flat_hash_map<Key*, Reached>;

  static constexpr uint64_t kNoLimit = std::numeric_limits<uint64_t>::max();

  // Spreads no further, incomplete, once naming the keys that it reached takes more than `bytes`,
  // with so many more for each. Whether it comes to that depends on what it would reach alone.
  // `with_sources`: naming a key names the node through which it was first reached, too.
  void StopBeyond(size_t bytes, size_t bytes_per_key, bool with_sources = false) {
    bytes_left_ = bytes;
    bytes_per_key_ = bytes_per_key;
    with_sources_ = with_sources;
  }

  Closure(const Graph& graph, const Freshness& freshness, uint64_t limit = kNoLimit)
      : graph_(graph), freshness_(freshness), limit_(limit) {}
  // Matches patterns as long as the budget of its command allows; then it is incomplete, too.
  Closure(const Graph& graph, const Freshness& freshness, WorkBudget& work)
      : graph_(graph), freshness_(freshness), limit_(kNoLimit), work_(&work) {}

  // The roots of the next Spread. Names that nobody knows reach nothing.
  void AddTag(absl::string_view tag);  // and the tags below it
  void AddKey(absl::string_view name);
  void AddPattern(const Pattern& pattern);  // the same one costs nothing again

  void Spread(InvalidationKind kind);

  // Roots that are keys with or without dependents, and everything reached. In no order.
  const ReachedKeys& reached() const { return reached_; }

  // The keys that were reached through an edge, by name.
  std::vector<Key*> Dependents() const;
  // The same with how they were reached; valid until the next Spread.
  using Ways = std::vector<std::pair<Key*, const Reached*>>;
  Ways DependentsWithWays() const;

  uint64_t looked_at() const { return looked_at_; }
  bool is_complete() const { return complete_; }

 private:
  // Whether it may look at one thing more, which is then counted.
  bool Look();
  // Whether the pattern may be matched against a key, which is then counted.
  bool MayMatch(const Pattern& pattern, absl::string_view key);
  // Whether the key that was reached may be named, too.
  bool Name(const Key& key, const Node& source);
  void AddRoot(Key& key);
  // Whether one of the entry's tags is evicted by the spreads so far.
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
