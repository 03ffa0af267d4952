#ifndef CACHE_INVALIDATION_CLIENT_CONNECT_HTTP_POSITION_FILE_H_
#define CACHE_INVALIDATION_CLIENT_CONNECT_HTTP_POSITION_FILE_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "client/connect/http/http_sink_options.h"
#include "client/position.h"

namespace cache_invalidation::connect {

// Returns the file in which the position of an endpoint is kept. It depends on all that decides
// what was purged: after a change of the configuration there is no position.
std::string PositionFileOf(const HttpSinkOptions& options, absl::string_view endpoint);

// Returns what WritePosition wrote; nothing if there is no file, or it has another content.
std::optional<client::Position> ReadPosition(const std::string& path);
// UNAVAILABLE: it cannot be written, and why.
absl::Status WritePosition(const std::string& path, const client::Position& position);

}  // namespace cache_invalidation::connect

#endif  // CACHE_INVALIDATION_CLIENT_CONNECT_HTTP_POSITION_FILE_H_
