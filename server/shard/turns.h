// SPDX-License-Identifier: Apache-2.0

// Turns: which request a shard works on next.

#ifndef CACHE_INVALIDATION_SERVER_SHARD_TURNS_H_
#define CACHE_INVALIDATION_SERVER_SHARD_TURNS_H_

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "server/shard/mailbox.h"

namespace cache_invalidation::shard {

// How long a shard works for one namespace before the next one: some tens of commands find its
// engine in the processor's caches.
inline constexpr absl::Duration kNamespaceTurn = absl::Microseconds(100);

// The submissions that a shard has taken from its mailbox and not finished. Namespaces share its
// time: the one that has used least is next, for kNamespaceTurn or one request. So a namespace
// waits for one request of each other one, however many requests those have and whatever they cost.
//
// A namespace that had nothing waiting begins with an even share: the time that each would have
// used by now if all were worked on at once. So it has no credit, and namespaces that keep arriving
// cannot hold back those that have had a turn. All debts are dropped when nothing waits. (Weighted
// fair queueing with equal weights, as in network schedulers.)
//
// Invariants:
//   1. Submissions of a namespace are finished in the order in which they were added.
//   2. Once one has begun, no other one of its namespace begins before it is finished; those of
//   other namespaces may come between two of its requests.
//   3. The even share is never less than the minimum that a line has used when its turn begins, nor
//   more than the average; so a line behind it is so by no more than one turn or request of each
//   line ahead of it, which bounds how long a new namespace waits.
//
// Thread-compatible.
class Turns {
 public:
  void Add(std::unique_ptr<Submission> submission);

  bool empty() const { return submissions_ == 0; }

  // The submission whose next request is to be applied next. REQUIRES: !empty().
  Submission& Next();

  // Work on Next() took `time`.
  void Charge(absl::Duration time);

  // Removes Next().
  std::unique_ptr<Submission> Finish();

 private:
  struct Line {
    std::deque<std::unique_ptr<Submission>> submissions;
    absl::Duration used = absl::ZeroDuration();
  };

  // By the time used; of two equal ones, the one that was added first.
  using Place = std::pair<absl::Duration, uint64_t>;

  void Enqueue(const std::string& name, const Line& line) {
    order_.emplace(Place{line.used, ++places_}, name);
  }

  // Lines with submissions, and lines that ran out of them ahead of others: those keep their used
  // time until the others have used as much.
  absl::flat_hash_map<std::string, std::unique_ptr<Line>> lines_;
  std::map<Place, std::string> order_;  // of all lines except the one at work
  uint64_t places_ = 0;
  std::string at_work_;   // its name
  Line* line_ = nullptr;  // in lines_; null: none is at work
  absl::Duration turn_end_ = absl::ZeroDuration();
  absl::Duration even_share_ = absl::ZeroDuration();
  absl::Duration unshared_ = absl::ZeroDuration();  // too little to be divided among the lines
  size_t submissions_ = 0;
};

}  // namespace cache_invalidation::shard

#endif  // CACHE_INVALIDATION_SERVER_SHARD_TURNS_H_
