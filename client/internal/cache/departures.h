#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_DEPARTURES_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_DEPARTURES_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <utility>

#include "absl/container/flat_hash_map.h"

namespace cache_invalidation::client::internal {

// Remembers which keys had a value, cached or only returned to a caller, that is not the cached one
// any more.
//
// A value computed from a cached key takes over the names of that key's entry. If the value it was
// computed from is not the one that is cached when the load ends, these are the wrong names, and
// the right ones are unknown. Time is the number of the last load that began, which answers "since
// this load began". Bounded: forgotten keys count as departed.
//
// Thread-compatible.
class Departures {
 public:
  explicit Departures(size_t limit) : limit_(limit) {}

  // REQUIRES: `time` does not decrease.
  void Record(size_t key_hash, uint64_t time);

  // Records every key.
  void RecordAll(uint64_t time);

  // Whether the key departed at or after `time`.
  bool HasDeparted(size_t key_hash, uint64_t time) const;

 private:
  const size_t limit_;
  uint64_t known_from_ = 0;
  std::deque<std::pair<size_t, uint64_t>> order_;
  absl::flat_hash_map<size_t, uint64_t> last_;
};

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_DEPARTURES_H_
