// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_OPTIONS_CHECK_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_OPTIONS_CHECK_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "client/client_options.h"

namespace cache_invalidation::client::internal {

// Check what a connection is made with. Fail with INVALID_ARGUMENT, which names the field: a call
// would otherwise fail later and less clearly, or never end. Files of TLS are read, the token file
// is not.

absl::Status CheckEndpointAndOptions(absl::string_view endpoint, const ClientOptions& options);

// For a connection over a channel of the application.
absl::Status CheckOptions(const ClientOptions& options);

// The first of these (endpoint.cc): "host:port", "[IPv6 address]:port", or a target of gRPC that
// begins with the scheme of one of its resolvers. Does not look up the host.
absl::Status CheckEndpoint(absl::string_view endpoint);

// Returns whether everything that is sent to the endpoint stays on this machine: each of its
// addresses is a loopback address or a Unix socket. `localhost` counts as loopback. False if in
// doubt.
bool IsOnThisMachine(absl::string_view endpoint);

// Whether certificates come from files; then none comes from a text.
bool HasFiles(const TlsOptions& tls);

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_OPTIONS_CHECK_H_
