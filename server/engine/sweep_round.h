// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_ENGINE_SWEEP_ROUND_H_
#define CACHE_INVALIDATION_SERVER_ENGINE_SWEEP_ROUND_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "server/engine/record.h"

namespace cache_invalidation::engine {

// Counts the names that are remembered only for what happened to them, by 64 equal spans of the
// revisions floor + 1 .. head. Thread-compatible.
class RememberedNames {
 public:
  RememberedNames() = default;
  RememberedNames(uint64_t floor, uint64_t head) : floor_(floor), revisions_(head - floor) {}
  // Restores the counts returned by spans().
  RememberedNames(uint64_t floor, uint64_t head, const std::vector<uint64_t>& spans);

  // Counts a name to which something last happened at `revision`. Revisions above the head count as
  // the head. REQUIRES: `revision` is above the floor.
  void Count(uint64_t revision);

  uint64_t total() const { return total_; }
  // The counts of the spans, oldest first, without trailing zeros. Names at revisions that no floor
  // can forget yet are counted in the first span.
  std::vector<uint64_t> spans() const;

  // Returns the lowest floor, in the resolution of the spans, above which at most `most` names
  // remain.
  uint64_t FloorThatLeaves(uint64_t most) const;

 private:
  static constexpr size_t kSpans = 64;

  uint64_t floor_ = 0;
  uint64_t revisions_ = 0;
  uint64_t total_ = 0;
  std::array<uint64_t, kSpans> spans_ = {};
};

// The progress of sweeping. Stored with every command that moves it: what a sweep ends and when the
// floor moves must not depend on restarts.
struct SweepRound : SweepRecord {
  bool begun = false;
  RememberedNames counted;  // stored as `names`

  SweepRecord ToRecord() const;
  static SweepRound FromRecord(const SweepRecord& record);
};

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_SWEEP_ROUND_H_
