#ifndef CACHE_INVALIDATION_CLIENT_CONNECT_REDIS_SINK_POSITION_H_
#define CACHE_INVALIDATION_CLIENT_CONNECT_REDIS_SINK_POSITION_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "client/position.h"

namespace cache_invalidation::connect {

// Returns a position as Redis keeps it: `epoch revision fingerprint`.
std::string FormatSinkPosition(const client::Position& position, absl::string_view fingerprint);

// Reads it. Nothing if it has another form or another fingerprint: what Redis holds is then as
// unknown as without a position.
std::optional<client::Position> ParseSinkPosition(absl::string_view text,
                                                  absl::string_view fingerprint);

}  // namespace cache_invalidation::connect

#endif  // CACHE_INVALIDATION_CLIENT_CONNECT_REDIS_SINK_POSITION_H_
