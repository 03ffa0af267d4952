#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_ENDPOINT_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_ENDPOINT_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace cache_invalidation::client::internal {

// Checks what MakeConnection gets: "host:port", "[IPv6 address]:port", or a target of gRPC that
// begins with the scheme of one of its resolvers. Fails with INVALID_ARGUMENT. Does not look up the
// host.
absl::Status CheckEndpoint(absl::string_view endpoint);

// Returns whether everything that is sent to the endpoint stays on this machine: each of its
// addresses is a loopback address or a Unix socket. `localhost` counts as loopback. False if in
// doubt.
bool IsOnThisMachine(absl::string_view endpoint);

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_ENDPOINT_H_
