#ifndef CACHE_INVALIDATION_SERVER_DELIVERY_POSITION_H_
#define CACHE_INVALIDATION_SERVER_DELIVERY_POSITION_H_

#include <cstdint>
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

}  // namespace cache_invalidation::delivery

#endif  // CACHE_INVALIDATION_SERVER_DELIVERY_POSITION_H_
