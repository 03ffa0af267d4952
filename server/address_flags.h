#ifndef CACHE_INVALIDATION_SERVER_ADDRESS_FLAGS_H_
#define CACHE_INVALIDATION_SERVER_ADDRESS_FLAGS_H_

#include "absl/status/status.h"
#include "server/server.h"

namespace cache_invalidation {

// Takes where to listen, and how connections are encrypted, from the flags. INVALID_ARGUMENT names
// a flag that does not fit, also an address that other machines reach without encryption, unless
// that was asked for.
absl::Status TakeAddressFlags(ServerOptions& options);

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_SERVER_ADDRESS_FLAGS_H_
