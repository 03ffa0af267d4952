#ifndef CACHE_INVALIDATION_SERVER_WIRE_ENUM_TABLE_H_
#define CACHE_INVALIDATION_SERVER_WIRE_ENUM_TABLE_H_

#include <cstddef>
#include <optional>
#include <utility>

#include "common/check.h"

namespace cache_invalidation::wire {

// An enum of the engine and its values in messages as a table of pairs, so that the engine may
// reorder its own.

// REQUIRES: the table has the value.
template <typename Engine, typename Proto, size_t kSize>
Proto ToEnum(const std::pair<Engine, Proto> (&table)[kSize], Engine value) {
  for (const auto& [engine_value, proto_value] : table) {
    if (engine_value == value) return proto_value;
  }
  Check(false, "every value of the engine's enums has one in messages");
  return {};
}

// Returns nothing for a value that this version does not know.
template <typename Engine, typename Proto, size_t kSize>
std::optional<Engine> FromEnum(const std::pair<Engine, Proto> (&table)[kSize], Proto value) {
  for (const auto& [engine_value, proto_value] : table) {
    if (proto_value == value) return engine_value;
  }
  return std::nullopt;
}

}  // namespace cache_invalidation::wire

#endif  // CACHE_INVALIDATION_SERVER_WIRE_ENUM_TABLE_H_
