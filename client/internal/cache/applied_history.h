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

// A moment in the life of a cache.
struct Moment {
  // The last change that every shard had applied.
  uint64_t step = 0;

  // Counts the beginnings and ends of resets: odd while one is under way, and before the first
  // start. Moments with different counts lie in different histories.
  uint64_t resets = 1;

  bool operator==(const Moment&) const = default;
};

// What a cache has applied, and in which order: by steps, which count the changes of this process,
// and by the position of the subscription.
//
// A change is recorded before any shard applies it, and it is over when every shard has. A load
// that began in between counts as begun before it. A reset voids whatever is being loaded when it
// begins or ends.
//
// Thread-compatible.
class AppliedHistory {
 public:
  explicit AppliedHistory(size_t remembered_names) : recent_(remembered_names) {}

  // Begins a change and answers its step. REQUIRES: the one before is over.
  uint64_t Begin(const Change& change);
  void End(uint64_t step) { now_.step = step; }

  // Does nothing if one is under way.
  void BeginReset();
  // From now on the history goes on after this position. REQUIRES: a reset is under way.
  void EndReset(const Position& position);

  // Everything up to this revision is applied.
  void Pass(uint64_t revision);

  // The first step above `after` that touched the entry, as RecentInvalidations::FirstTouch.
  // `after` + 1 if history broke in between or is broken.
  uint64_t FirstTouch(const Moment& after, absl::string_view key, const EntryNames& names) const;

  const Moment& now() const { return now_; }

  // Up to where events are applied. The epoch is empty before the first start.
  const Position& position() const { return position_; }

 private:
  Moment now_;
  uint64_t recorded_ = 0;  // the last step that began
  Position position_;
  RecentInvalidations recent_;
};

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_APPLIED_HISTORY_H_
