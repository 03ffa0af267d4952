#ifndef CACHE_INVALIDATION_SERVER_DELIVERY_POSITION_H_
#define CACHE_INVALIDATION_SERVER_DELIVERY_POSITION_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "server/storage/store.h"

namespace cache_invalidation::delivery {

// A place in the history of a namespace, as clients hand it back.
struct Position {
  std::string epoch;
  uint64_t revision = 0;

  bool operator==(const Position&) const = default;
};

// Why history cannot be continued; the proto of the same name says what each means.
enum class ResetReason : uint8_t { kEpoch, kTrimmed, kAhead };

// Whether a subscriber can go on after `position` in the history `epoch` of which `retained` can be
// read: absent if it can, otherwise why not.
std::optional<ResetReason> CheckPosition(const Position& position, absl::string_view epoch,
                                         const storage::RetainedRevisions& retained);

}  // namespace cache_invalidation::delivery

#endif  // CACHE_INVALIDATION_SERVER_DELIVERY_POSITION_H_
