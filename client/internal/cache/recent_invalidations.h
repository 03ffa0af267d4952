#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_RECENT_INVALIDATIONS_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_RECENT_INVALIDATIONS_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "client/internal/cache/change.h"
#include "client/internal/cache/entry_names.h"
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

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_RECENT_INVALIDATIONS_H_
