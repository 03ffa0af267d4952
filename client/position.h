// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_POSITION_H_
#define CACHE_INVALIDATION_CLIENT_POSITION_H_

#include <cstdint>
#include <string>

namespace cache_invalidation::client {

// A place in the history of one namespace.
//
// Most results carry one. Read a position before loading a value and pass it with the filled entry,
// so that the service detects an invalidation in between. Positions of different namespaces or
// epochs must not be compared.
struct Position {
  // Opaque id of one history. Compare for equality only.
  std::string epoch = {};

  // The last event that this position covers; 0 is the position before the first event.
  uint64_t revision = 0;

  bool operator==(const Position&) const = default;
};

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_POSITION_H_
