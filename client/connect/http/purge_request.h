// SPDX-License-Identifier: Apache-2.0

// What an event purges, what is sent to an endpoint for it, and what its response means. Pure.

#ifndef CACHE_INVALIDATION_CLIENT_CONNECT_HTTP_PURGE_REQUEST_H_
#define CACHE_INVALIDATION_CLIENT_CONNECT_HTTP_PURGE_REQUEST_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "client/connect/http/http_sink_options.h"
#include "client/connect/sink_targets.h"
#include "client/event.h"

namespace cache_invalidation::connect {

// Returns what an event purges, as surrogate keys (client/surrogate_keys.h).
SinkTargets PurgesOf(const client::Event& event, const HttpSinkOptions& options);

// Makes each key that of its type, which every page below carries as well.
void WidenToTypes(SinkTargets& purges);

// The longest time that a Retry-After is followed.
inline constexpr absl::Duration kLongestRetryAfter = absl::Minutes(1);

struct HttpRequest {
  std::string method = {};
  std::string url = {};
  std::vector<std::string> headers = {};  // `Name: value`
  std::string body = {};
};

struct HttpResponse {
  int status = 0;          // 0: there is none, and the request may have been carried out
  std::string error = {};  // why there is none
  std::optional<std::string> retry_after = {};
  std::optional<std::string> purged = {};  // the header kPurgedHeader
  std::string body = {};                   // its beginning
};

// The VCL of examples/varnish says in it how many pages it purged. A response without it may be
// that of an origin, to which Varnish sends requests that no VCL handles.
inline constexpr char kPurgedHeader[] = "cache-invalidation-purged";

// Maxima of one request.
struct PartLimits {
  size_t keys = 0;
  size_t bytes = 0;
};
PartLimits LimitsOf(Preset preset);

// Returns the request that purges these, a part (SinkTargets::TakePart). `endpoint` is a URL. Keys
// cannot end a header or a string: SurrogateKeys leaves no byte in them that could.
HttpRequest RequestOf(const SinkTargets& part, const HttpSinkOptions& options,
                      absl::string_view endpoint);

// What follows from a response.
struct PurgeResult {
  enum class Kind {
    kPurged,
    kTooLarge,  // or something in it is refused: smaller requests may not be
    kFailed,    // again, not before `retry_after`
  };
  Kind kind = Kind::kFailed;
  std::string reason = {};  // why not
  absl::Duration retry_after = {};
  std::optional<size_t> purged = {};  // pages, if it says so
};
PurgeResult PurgeResultOf(const HttpResponse& response, Preset preset);

}  // namespace cache_invalidation::connect

#endif  // CACHE_INVALIDATION_CLIENT_CONNECT_HTTP_PURGE_REQUEST_H_
