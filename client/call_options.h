#ifndef CACHE_INVALIDATION_CLIENT_CALL_OPTIONS_H_
#define CACHE_INVALIDATION_CLIENT_CALL_OPTIONS_H_

#include <optional>
#include <stop_token>
#include <string>

#include "absl/time/time.h"

namespace cache_invalidation::client {

// What one call does differently from the client's defaults (client_options.h). Every call takes
// it; what is left out keeps the default.
struct CallOptions {
  // The namespace to work in.
  std::optional<std::string> namespace_name = {};

  // How long the call may take in all, retries included.
  std::optional<absl::Duration> deadline = {};

  // Reserved for deduplication by the service, at most 64 bytes. The attempts of one call carry
  // the same.
  std::string request_id = {};

  // Ends the call with CANCELLED when a stop is requested of its source, from any thread; whether
  // the service took it is unknown then. One token may be given to many calls. Default: it cannot
  // be cancelled.
  //
  //   std::stop_source shutdown;  // shutdown.request_stop() ends what carries its token
  //   const auto stats = client.GetInvalidationStats({.cancellation = shutdown.get_token()});
  std::stop_token cancellation = {};
};

// Asks a call to answer only when every live acknowledging subscriber has applied it, or has
// outlived its lease. Its batched targets are then invalidated at once. If too many calls wait
// already, it is done without waiting: see Waiting::not_waited.
struct WaitForSubscribers {
  // When to stop waiting; the call still succeeds and names who was missing. 1 ms to 120 s.
  // Default: the longest running lease with its margin.
  std::optional<absl::Duration> timeout = {};
};

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_CALL_OPTIONS_H_
