#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_APPLIED_HISTORY_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_APPLIED_HISTORY_H_

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "client/internal/cache/change.h"
#include "client/internal/cache/entry_names.h"
#include "client/internal/cache/recent_invalidations.h"
#include "client/position.h"

namespace cache_invalidation::client::internal {

// A point in the history of a cache.
struct Moment {
  // The last change that every shard has applied.
  uint64_t step = 0;

  // Number of beginnings and ends of resets: odd during a reset, and before the first start.
  // Moments with different numbers belong to different histories.
  uint64_t resets = 1;

  bool operator==(const Moment&) const = default;
};

// What a cache has applied, and in which order: as steps, which count the changes of this process,
// and as the position of the subscription.
//
// A change is recorded before any shard applies it, and is over once every shard has. A load that
// begins in between counts as begun before it. A reset invalidates every load that is running when
// the reset begins or ends.
//
// Thread-compatible.
class AppliedHistory {
 public:
  explicit AppliedHistory(size_t remembered_names) : recent_(remembered_names) {}

  // Begins a change. Returns its step. REQUIRES: the previous one is over.
  uint64_t Begin(const Change& change);
  void End(uint64_t step) { now_.step = step; }

  // Does nothing during a reset.
  void BeginReset();
  // The history continues after this position. REQUIRES: BeginReset was called.
  void EndReset(const Position& position);

  // Notes that everything up to this revision is applied.
  void Pass(uint64_t revision);

  // Returns the first step above `after` that touched the entry, as
  // RecentInvalidations::FirstTouch. Returns `after` + 1 if there was a reset in between, or is one
  // now.
  uint64_t FirstTouch(const Moment& after, absl::string_view key, const EntryNames& names) const;

  const Moment& now() const { return now_; }

  // Events are applied up to here. The epoch is empty before the first start.
  const Position& position() const { return position_; }

 private:
  Moment now_;
  uint64_t recorded_ = 0;  // the last step that began
  Position position_;
  RecentInvalidations recent_;
};

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_APPLIED_HISTORY_H_
