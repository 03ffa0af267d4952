// Freshness: which entries were hit since they were filled, which edges still count, and whether
// something moved after a position. Everything here reads; nothing changes.

#ifndef CACHE_INVALIDATION_SERVER_ENGINE_FRESHNESS_H_
#define CACHE_INVALIDATION_SERVER_ENGINE_FRESHNESS_H_

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/limits.h"
#include "server/engine/broad_revisions.h"
#include "server/engine/graph.h"
#include "server/engine/grounding.h"
#include "server/engine/pending_batch.h"
#include "server/engine/walk.h"
#include "server/engine/work_budget.h"

namespace cache_invalidation::engine {

// The names that a fill or a question is about.
struct Footprint {
  absl::string_view key;                    // empty: none
  std::vector<absl::string_view> tags;      // carried by the key
  std::vector<absl::string_view> dep_keys;  // what it was computed from
  std::vector<absl::string_view> dep_tags;
};

// A view of the state at one engine time. Cheap to make; valid until the state changes, as
// Grounding says. It remembers what it found out, so ask one for all that a command wants to know.
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

  // The last revision that hit the tag, itself or through a tag above it.
  uint64_t TagEvicted(absl::string_view tag) const;
  uint64_t TagEvicted(const Tag& tag) const;
  uint64_t TagStaled(absl::string_view tag) const;

  // A revision that evicted the key's entry, by name or else through a tag, the last one each; 0 if
  // it still stands.
  // REQUIRES: the key has an entry, ghosts included.
  uint64_t EvictedSinceFill(const Key& key) const;
  bool StaleSinceFill(const Key& key) const;
  // The same with the steps that matching may take; beyond them it is taken for stale.
  bool StaleSinceFill(const Key& key, WorkBudget& work) const;

  // Whether there is such a revision.
  bool IsEvicted(const Key& key) const;

  // Whether the key's entry can be looked up: tracked, not expired, not evicted. It may be stale.
  bool IsLive(const Key& key) const;

  // Whether the tags and owned edges of the key's entry count: it is live, or a ghost that grounded
  // dependents need, and was not evicted.
  bool OwnsActively(const Key& key) const;

  // How the dependent holds what it depends on: not at all, by standing by itself, or by being
  // needed itself. REQUIRES: there is that edge.
  enum class Footing : uint8_t { kNone, kStands, kGhost };
  Footing FootingOf(const Key& dependent, const Key& source) const;

  // Whether the edge of `key` counts.
  bool IsActive(const Key& key, const Edge& edge) const {
    return edge.declared_at(now_) || (edge.owned && OwnsActively(key));
  }

  // The first name, in the order key, tags, keys depended on, tags depended on (each sorted), that
  // was invalidated, marked stale or is pending after `position`; empty if nothing moved. What is
  // already known of the key (its entry, declared edges) counts with the footprint. A key depended
  // on has also moved if its entry is stale, or if EndMoved says so.
  std::string FirstMoved(const Footprint& footprint, uint64_t position) const;

  // Whether an entry or a declared dependency of the key ended by itself after `position`, for all
  // that is known: nobody can tell what the key stood for. One that is over but was not noticed yet
  // counts as if it ended now.
  bool EndMoved(absl::string_view key, uint64_t position) const;

  // The first of the keys by name that has no entry, not even a ghost; empty if each has one.
  // REQUIRES: the keys are settled (see apply.h).
  absl::string_view FirstWithoutEntry(const std::vector<absl::string_view>& keys) const;

  // As FirstMoved for a tag alone.
  bool TagMoved(absl::string_view tag, uint64_t position) const;

  absl::Time now() const { return now_; }

  // How many names, its own and those behind them, FirstMoved may still look at; a tag of more than
  // two levels is several. What would take more has moved. At first there is no limit.
  uint64_t may_check() const { return may_check_; }
  void set_may_check(uint64_t names) { may_check_ = names; }

 private:
  bool IsExpired(const Entry& entry) const { return entry.ghost || entry.expires <= now_; }
  bool KeyNamedMoved(absl::string_view key, uint64_t position, WorkBudget& work) const;
  bool EndMoved(const Key& key, uint64_t position) const;
  // Whether the key moved, or anything behind it that `sources` has not seen.
  bool DependencyMoved(absl::string_view key, uint64_t position, Walk& sources,
                       WorkBudget& work) const;

  const Graph& graph_;
  const BroadRevisions& broad_;
  const PendingBatch& pending_;
  const uint64_t forgotten_end_;
  const absl::Time now_;
  const uint64_t max_steps_;
  // Whether so many more names may be looked at, which are then counted.
  bool MayCheck(uint64_t names = 1) const {
    if (may_check_ < names) may_check_ = 0;
    if (may_check_ == 0) return false;
    may_check_ -= names;
    return true;
  }
  // The last revision that evicted the tags of the key's entry, whenever that was filled.
  uint64_t TagsEvicted(const Key& key) const;

  // Entries and keys with as many names are looked at once.
  static constexpr size_t kManyNames = 64;
  mutable absl::flat_hash_map<const Key*, uint64_t> tags_evicted_;
  mutable absl::flat_hash_map<const Key*, bool> has_ended_edges_;

  mutable uint64_t may_check_ = std::numeric_limits<uint64_t>::max();
  mutable Grounding grounding_;
};

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_FRESHNESS_H_
