// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_APPLIED_HISTORY_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_APPLIED_HISTORY_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "client/internal/cache/change.h"
#include "client/position.h"
#include "common/pattern.h"

namespace cache_invalidation::client::internal {

// The recent invalidations of a cache. They decide whether a value that was loaded meanwhile may be
// kept.
//
// Each change has a step, a number that counts the changes of this process. Names are stored as
// hashes of 64 bits: a collision may refuse a fill, it never keeps one. Changes beyond the limit
// are forgotten, and a forgotten change counts as having touched everything.
//
// Thread-compatible.
class RecentInvalidations {
 public:
  // Greater than every step.
  static constexpr uint64_t kNever = std::numeric_limits<uint64_t>::max();

  // `limit`: how many names to remember.
  explicit RecentInvalidations(size_t limit) : limit_(limit) {}

  // REQUIRES: `step` is above all earlier ones.
  void Record(uint64_t step, const Change& change);

  // Returns the first step above `after` that touched the entry: its key, a tag or one above it, a
  // key it was computed from, or a pattern that matches one of these keys. Returns kNever if none
  // did, `after` + 1 if that is forgotten.
  uint64_t FirstTouch(uint64_t after, absl::string_view key, const EntryNames& names) const;

 private:
  struct Touched {
    uint64_t step;
    uint64_t name;
  };
  struct TouchedPattern {
    uint64_t step;
    Pattern pattern;
  };

  void Add(uint64_t step, uint64_t name);
  uint64_t FirstTouchByName(uint64_t after, absl::string_view key, const EntryNames& names) const;
  uint64_t FirstTouchByPattern(uint64_t after, absl::string_view key,
                               const EntryNames& names) const;

  const size_t limit_;
  uint64_t floor_ = 0;           // every step above it is remembered
  std::deque<Touched> touched_;  // by step
  std::deque<TouchedPattern> patterns_;
  absl::flat_hash_map<uint64_t, uint64_t> last_;  // name -> its last step in touched_
};

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
