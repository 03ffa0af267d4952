#include "server/engine/grounding.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "server/engine/freshness.h"

namespace cache_invalidation::engine {
namespace {

// A depth-first search for ghosts that reach each other (strongly connected components, after
// Tarjan): when it leaves the first ghost of a component, all of them are decided.
class Search {
 public:
  using Known = absl::flat_hash_map<const Key*, bool>;

  Search(const Freshness& freshness, uint64_t& steps, Known& known)
      : freshness_(freshness), steps_(steps), known_(known) {}

  bool Run(const Key& ghost) {
    Enter(ghost);
    while (!path_.empty()) {
      Ghost& at = path_.back();
      if (at.next == at.end) {
        Leave();
        continue;
      }
      const Key& dependent = **at.next++;
      const bool gives_up = steps_ == 0;
      steps_ -= gives_up ? 0 : 1;
      const Freshness::Footing footing = freshness_.FootingOf(dependent, *at.key);
      const bool stands = gives_up || footing == Freshness::Footing::kStands ||
                          (footing == Freshness::Footing::kGhost && LeadsToGround(dependent));
      if (!stands) continue;
      // All undecided ghosts lead to the current one.
      for (const Key* key : undecided_) known_[key] = true;
      return true;
    }
    return false;
  }

 private:
  struct Ghost {
    const Key* key;
    KeySet::const_iterator next;
    KeySet::const_iterator end;
    size_t number;
    // The smallest number of an undecided ghost reachable from it.
    size_t leads_to;
  };

  // Whether the ghost is known to be grounded. If nothing is known of it, the search descends into
  // it.
  bool LeadsToGround(const Key& ghost) {
    if (const auto known = known_.find(&ghost); known != known_.end()) return known->second;
    if (const auto met = numbers_.find(&ghost); met != numbers_.end()) {
      path_.back().leads_to = std::min(path_.back().leads_to, met->second);
    } else {
      Enter(ghost);
    }
    return false;
  }

  void Enter(const Key& ghost) {
    KeySet::const_iterator next;
    KeySet::const_iterator end;
    if (ghost.has_dependents()) {
      next = ghost.dependents->begin();
      end = ghost.dependents->end();
    }
    const size_t number = numbers_.size();
    numbers_.emplace(&ghost, number);
    undecided_.push_back(&ghost);
    path_.push_back({&ghost, next, end, number, number});
  }

  void Leave() {
    const Ghost left = path_.back();
    path_.pop_back();
    if (!path_.empty()) {
      path_.back().leads_to = std::min(path_.back().leads_to, left.leads_to);
    }
    if (left.leads_to != left.number) return;
    const Key* key = nullptr;
    do {
      key = undecided_.back();
      undecided_.pop_back();
      known_[key] = false;
    } while (key != left.key);
  }

  const Freshness& freshness_;
  uint64_t& steps_;
  Known& known_;
  std::vector<Ghost> path_;
  std::vector<const Key*> undecided_;
  absl::flat_hash_map<const Key*, size_t> numbers_;
};

}  // namespace

bool Grounding::IsGrounded(const Key& ghost, const Freshness& freshness) {
  if (const auto known = known_.find(&ghost); known != known_.end()) return known->second;
  return Search(freshness, steps_, known_).Run(ghost);
}

}  // namespace cache_invalidation::engine
