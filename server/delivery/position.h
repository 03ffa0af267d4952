// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_DELIVERY_POSITION_H_
#define CACHE_INVALIDATION_SERVER_DELIVERY_POSITION_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "server/storage/store.h"

namespace cache_invalidation::delivery {

// A position in the history of a namespace, as clients return it.
struct Position {
  std::string epoch;
  uint64_t revision = 0;

  bool operator==(const Position&) const = default;
};

// Why history cannot be continued; the proto of the same name defines each.
enum class ResetReason : uint8_t { kEpoch, kTrimmed, kAhead };

// Why a subscriber cannot continue after `position` in the history `epoch`, of which `retained` can
// be read; absent if it can.
std::optional<ResetReason> CheckPosition(const Position& position, absl::string_view epoch,
                                         const storage::RetainedRevisions& retained);

// How far the client of one stream is known to have applied the history of its namespace.
//
// It has applied revision R when its stream has passed R and it has acknowledged the last revision
// up to R that was sent to it: the revisions in between do not concern it. An acknowledgement at or
// above R is also sufficient. A reset counts as sent up to the revision at which it restarts.
//
// Exact while the revisions sent and not acknowledged form at most kMaxRanges gapless ranges, as
// they always do on a stream without a filter; beyond that the result may be too low, never too
// high.
//
// Thread-compatible.
class AppliedRevision {
 public:
  // Limit on the ranges that one stream remembers: bounds its memory.
  static constexpr size_t kMaxRanges = 64;

  // Everything up to `applied` is known to have been applied.
  explicit AppliedRevision(uint64_t applied) : acknowledged_(applied), passed_(applied) {}

  // Each of the revisions `first` to `last` was sent, at least in part. REQUIRES: called in the
  // order of sending, before the stream passes `first`.
  void Sent(uint64_t first, uint64_t last);

  // The stream has sent everything that passes its filter, up to `revision`.
  void Passed(uint64_t revision) { passed_ = std::max(passed_, revision); }

  // The client has applied everything up to `revision`, in any order of calls.
  void Acknowledged(uint64_t revision);

  // Everything up to here has been applied. Never decreases.
  uint64_t revision() const;

  uint64_t passed() const { return passed_; }

 private:
  // Revisions that may have been sent and have not been acknowledged.
  struct Range {
    uint64_t first = 0;
    uint64_t last = 0;
  };

  uint64_t acknowledged_;
  uint64_t passed_;
  std::deque<Range> sent_;  // ascending, not adjacent, above acknowledged_
};

}  // namespace cache_invalidation::delivery

#endif  // CACHE_INVALIDATION_SERVER_DELIVERY_POSITION_H_
