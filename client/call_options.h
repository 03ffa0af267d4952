// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_CALL_OPTIONS_H_
#define CACHE_INVALIDATION_CLIENT_CALL_OPTIONS_H_

#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"

namespace cache_invalidation::client {

// Metadata ("headers") of calls: names with their values, in this order; a name can occur more than
// once. A name consists of a-z, 0-9, "_", "-" and "."; those of gRPC and HTTP/2 are refused
// ("grpc-" in front, "te", "host", "content-type", "user-agent"). A value is printable ASCII
// without spaces at its ends; if the name ends with "-bin", any bytes.
using CallMetadata = std::vector<std::pair<std::string, std::string>>;

// Overrides the client's defaults (client_options.h) for one call. Every call takes it; an absent
// field keeps the default.
struct CallOptions {
  // The namespace to use.
  std::optional<std::string> namespace_name = {};

  // Deadline of the call, including retries and waiting for subscribers.
  std::optional<absl::Duration> deadline = {};

  // Reserved for deduplication by the service, at most 64 bytes. All attempts of one call send the
  // same id.
  std::string request_id = {};

  // Cancels the call when a stop is requested from any thread: it fails with CANCELLED, and whether
  // the service applied it is unknown. One token can be given to many calls. Default: the call
  // cannot be cancelled.
  //
  //   std::stop_source shutdown;  // shutdown.request_stop() ends what carries its token
  //   const auto stats = client.GetInvalidationStats({.cancellation = shutdown.get_token()});
  std::stop_token cancellation = {};

  // Sent with every attempt of this call, after ClientOptions::metadata: for example `traceparent`.
  // At most 1 KiB, without `authorization`; otherwise the call fails with INVALID_ARGUMENT.
  CallMetadata metadata = {};
};

// Makes a call return only when every live acknowledging subscriber has applied it or its lease has
// expired. Batched targets of the call are then invalidated at once. If too many calls are waiting
// already, the call is applied without waiting: see Waiting::not_waited.
struct WaitForSubscribers {
  // When to stop waiting, 1 ms to 120 s; the call still succeeds and names the late subscribers.
  // Default: the longest running lease plus its margin.
  //
  // The deadline of the call bounds this, whether it was chosen or is the default: each attempt
  // waits at most for what is then left of it, less a margin for the way back (a tenth, at most
  // 250 ms). So a call whose subscribers are late returns OK and names them in Waiting::late; it
  // does not fail with DEADLINE_EXCEEDED.
  std::optional<absl::Duration> timeout = {};
};

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_CALL_OPTIONS_H_
