// SPDX-License-Identifier: Apache-2.0

// Grounding: which ghosts are needed, because a live entry or a declared edge was computed from
// them.
// Freshness: which entries have been hit since they were filled, which edges count, and whether
// something moved after a position. Read-only.

#ifndef CACHE_INVALIDATION_SERVER_ENGINE_FRESHNESS_H_
#define CACHE_INVALIDATION_SERVER_ENGINE_FRESHNESS_H_

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/limits.h"
#include "server/engine/broad_revisions.h"
#include "server/engine/graph.h"
#include "server/engine/pending_batch.h"
#include "server/engine/work_budget.h"

namespace cache_invalidation::engine {

// A worklist of keys to visit, each once. Replaces recursion, because the graph can be deeper than
// a thread's stack.
//
//   Walk walk;
//   walk.Add(first);
//   while (const Key* key = walk.Next()) ...  // adds where the key leads
//
// Thread-compatible.
class Walk {
 public:
  // No effect for a key that was added or skipped before.
  void Add(const Key& key) {
    if (seen_.insert(&key).second) waiting_.push_back(&key);
  }

  // Marks the key as visited.
  void Skip(const Key& key) { seen_.insert(&key); }

  // Returns the next key, in no particular order; null if none is left.
  const Key* Next() {
    if (waiting_.empty()) return nullptr;
    const Key* next = waiting_.back();
    waiting_.pop_back();
    return next;
  }

 private:
  std::vector<const Key*> waiting_;
  absl::flat_hash_set<const Key*> seen_;
};

class Freshness;

// Searches the dependents of a ghost, through further ghosts, and caches what it found for each, so
// that all searches together look at every edge once. Ghosts that lead only to each other ground
// nothing.
//
// The cache is valid at one engine time, until the state changes. Ending something that did not
// count any more, such as an expired declaration or an unneeded ghost, is no change.
// Thread-compatible.
//
// `steps` is the number of edges that may still be searched; several objects can share it. Beyond
// it, ghosts whose result is not known count as needed.
class Grounding {
 public:
  explicit Grounding(uint64_t& steps) : steps_(steps) {}

  bool IsGrounded(const Key& ghost, const Freshness& freshness);

 private:
  uint64_t& steps_;
  absl::flat_hash_map<const Key*, bool> known_;
};

// The names that a fill or a query is about.
struct Footprint {
  absl::string_view key;                    // empty: none
  std::vector<absl::string_view> tags;      // carried by the key
  std::vector<absl::string_view> dep_keys;  // what it was computed from
  std::vector<absl::string_view> dep_tags;
};

// A view of the state at one engine time. Cheap to make; valid until the state changes, as for
// Grounding. It caches what it computes, so use one object for all questions of a command.
class Freshness {
 public:
  Freshness(const Graph& graph, const BroadRevisions& broad, const PendingBatch& pending,
            uint64_t forgotten_end, absl::Time now, uint64_t& grounding_steps,
            uint64_t steps = kMaxStepsPerCommand)
      : graph_(graph),
        broad_(broad),
        pending_(pending),
        forgotten_end_(forgotten_end),
        now_(now),
        max_steps_(steps),
        grounding_(grounding_steps) {}

  // The last revision that hit the tag, directly or through a tag above it.
  uint64_t TagEvicted(absl::string_view tag) const {
    return LastOf(tag, &Node::evicted, broad_.everything().evicted);
  }
  uint64_t TagEvicted(const Tag& tag) const;
  uint64_t TagStaled(absl::string_view tag) const {
    return LastOf(tag, &Node::staled, broad_.everything().staled);
  }

  // A revision that evicted the key's entry, 0 if none did: the last one that named the key,
  // otherwise the last one that hit one of its tags.
  // REQUIRES: the key has an entry, ghosts included.
  uint64_t EvictedSinceFill(const Key& key) const;
  bool StaleSinceFill(const Key& key) const;
  // The same within a budget for matching. Beyond it the entry counts as stale.
  bool StaleSinceFill(const Key& key, WorkBudget& work) const;

  // Whether the entry was evicted since its fill.
  bool IsEvicted(const Key& key) const { return EvictedSinceFill(key) != 0; }

  // Whether the key's entry is visible to look-ups: tracked, not expired, not evicted. It may be
  // stale.
  bool IsLive(const Key& key) const {
    return key.entry != nullptr && !IsExpired(*key.entry) && !IsEvicted(key);
  }

  // Whether the tags and owned edges of the key's entry count: it was not evicted, and is live or a
  // ghost that grounded dependents need.
  bool OwnsActively(const Key& key) const;

  // How the dependent keeps its source needed: not at all (kNone); by itself, through a declared
  // edge or as a live entry (kStands); or only if it is needed itself (kGhost). REQUIRES: the edge
  // exists.
  enum class Footing : uint8_t { kNone, kStands, kGhost };
  Footing FootingOf(const Key& dependent, const Key& source) const;

  // Whether the edge of `key` counts.
  bool IsActive(const Key& key, const Edge& edge) const {
    return edge.declared_at(now_) || (edge.owned && OwnsActively(key));
  }

  // Returns the first name, in the order key, tags, keys depended on, tags depended on (each
  // sorted), that was invalidated or marked stale after `position`, or is pending; empty if nothing
  // moved. What is already known of the key (its entry, declared edges) is checked with the
  // footprint. A key depended on has also moved if its entry is stale, or if EndMoved returns true.
  std::string FirstMoved(const Footprint& footprint, uint64_t position) const;

  // Whether an entry or a declared dependency of the key ended by itself after `position`, or may
  // have: from then on nothing links the key to what it was computed from. An expired one that
  // has not been noticed yet counts as ending now.
  bool EndMoved(absl::string_view key, uint64_t position) const;

  // Returns the first of the keys by name that has no entry, not even a ghost; empty if each has
  // one. REQUIRES: the keys are settled (see tracking.h).
  absl::string_view FirstWithoutEntry(const std::vector<absl::string_view>& keys) const;

  // FirstMoved for a single tag.
  bool TagMoved(absl::string_view tag, uint64_t position) const {
    return std::max(TagEvicted(tag), TagStaled(tag)) > position || pending_.HoldsTagOrAncestor(tag);
  }

  absl::Time now() const { return now_; }

  // How many more names, of the footprint and transitively of its keys, FirstMoved may look at. A
  // tag of more than two levels counts several times. A check that would exceed it reports moved.
  // Initially unlimited.
  uint64_t may_check() const { return may_check_; }
  void set_may_check(uint64_t names) { may_check_ = names; }

 private:
  // The last such revision of the tag or one above it, at least `revision`.
  uint64_t LastOf(absl::string_view tag, uint64_t Node::*last, uint64_t revision) const;
  bool IsExpired(const Entry& entry) const { return entry.ghost || entry.expires <= now_; }
  bool KeyNamedMoved(absl::string_view key, uint64_t position, WorkBudget& work) const;
  bool EndMoved(const Key& key, uint64_t position) const;
  // Whether the key moved, or anything it depends on that `sources` has not visited.
  bool DependencyMoved(absl::string_view key, uint64_t position, Walk& sources,
                       WorkBudget& work) const;

  const Graph& graph_;
  const BroadRevisions& broad_;
  const PendingBatch& pending_;
  const uint64_t forgotten_end_;
  const absl::Time now_;
  const uint64_t max_steps_;
  // Counts `names` more names. Returns false, from then on always, if that exceeds the limit.
  bool MayCheck(uint64_t names = 1) const {
    if (may_check_ < names) may_check_ = 0;
    if (may_check_ == 0) return false;
    may_check_ -= names;
    return true;
  }
  // The last revision that evicted a tag of the key's entry, before or after its fill.
  uint64_t TagsEvicted(const Key& key) const;

  // Results for entries and keys with at least this many names are cached.
  static constexpr size_t kManyNames = 64;
  mutable absl::flat_hash_map<const Key*, uint64_t> tags_evicted_;
  mutable absl::flat_hash_map<const Key*, bool> has_ended_edges_;

  mutable uint64_t may_check_ = std::numeric_limits<uint64_t>::max();
  mutable Grounding grounding_;
};

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_FRESHNESS_H_
