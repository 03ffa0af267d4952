#ifndef CACHE_INVALIDATION_CLIENT_POSITION_H_
#define CACHE_INVALIDATION_CLIENT_POSITION_H_

#include <cstdint>
#include <string>

namespace cache_invalidation::client {

// A place in the history of one namespace.
//
// Most answers carry one. Take it before loading a value, and hand it back with the filled entry:
// so the service notices that something moved in between. Positions of different namespaces or
// epochs must not be compared.
struct Position {
  // Opaque id of one history. Compare it for equality only.
  std::string epoch = {};

  // The last event that this position covers; 0 stands before the first one.
  uint64_t revision = 0;

  bool operator==(const Position&) const = default;
};

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_POSITION_H_
