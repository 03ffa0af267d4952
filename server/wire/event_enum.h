#ifndef CACHE_INVALIDATION_SERVER_WIRE_EVENT_ENUM_H_
#define CACHE_INVALIDATION_SERVER_WIRE_EVENT_ENUM_H_

#include <cstdint>
#include <optional>

#include "server/engine/event.h"

namespace cache_invalidation::wire {

// The enums of event.proto. They have the engine's values in the same order, after UNSPECIFIED.

constexpr engine::InvalidationKind LastOf(engine::InvalidationKind) {
  return engine::InvalidationKind::kMarkStale;
}
constexpr engine::EventSource LastOf(engine::EventSource) { return engine::EventSource::kLimit; }
constexpr engine::CauseStep LastOf(engine::CauseStep) { return engine::CauseStep::kOthers; }

template <typename Enum>
constexpr uint32_t ToEventEnum(Enum value) {
  return static_cast<uint32_t>(value) + 1;
}

// Returns nothing for UNSPECIFIED and for a value that this version does not know.
template <typename Enum>
constexpr std::optional<Enum> FromEventEnum(int proto_value) {
  if (proto_value < 1 || proto_value - 1 > static_cast<int>(LastOf(Enum{}))) return std::nullopt;
  return static_cast<Enum>(proto_value - 1);
}

}  // namespace cache_invalidation::wire

#endif  // CACHE_INVALIDATION_SERVER_WIRE_EVENT_ENUM_H_
