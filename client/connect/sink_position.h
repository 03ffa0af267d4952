#ifndef CACHE_INVALIDATION_CLIENT_CONNECT_SINK_POSITION_H_
#define CACHE_INVALIDATION_CLIENT_CONNECT_SINK_POSITION_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "client/position.h"

namespace cache_invalidation::connect {

// Returns a position as sinks keep it: `epoch revision fingerprint`. The fingerprint is that of the
// options that decide what was dropped.
std::string FormatSinkPosition(const client::Position& position, absl::string_view fingerprint);

// Returns nothing for text of another form or with another fingerprint: what the cache holds is
// then as unknown as without a position.
std::optional<client::Position> ParseSinkPosition(absl::string_view text,
                                                  absl::string_view fingerprint);

}  // namespace cache_invalidation::connect

#endif  // CACHE_INVALIDATION_CLIENT_CONNECT_SINK_POSITION_H_
