#ifndef CACHE_INVALIDATION_SERVER_WIRE_RECORD_ENUMS_H_
#define CACHE_INVALIDATION_SERVER_WIRE_RECORD_ENUMS_H_

#include <utility>

#include "protos/internal/v1/records.pb.h"
#include "server/engine/event.h"
#include "server/engine/query.h"

namespace cache_invalidation::wire {

// The stored values of the engine's enums that only records have.

inline constexpr std::pair<engine::NameKind, internal::v1::NameKind> kNameKinds[] = {
    {engine::NameKind::kKey, internal::v1::NAME_KIND_KEY},
    {engine::NameKind::kTag, internal::v1::NAME_KIND_TAG},
};

inline constexpr std::pair<engine::TargetKind, internal::v1::TargetKind> kTargetKinds[] = {
    {engine::TargetKind::kEverything, internal::v1::TARGET_KIND_EVERYTHING},
    {engine::TargetKind::kTag, internal::v1::TARGET_KIND_TAG},
    {engine::TargetKind::kKey, internal::v1::TARGET_KIND_KEY},
    {engine::TargetKind::kPattern, internal::v1::TARGET_KIND_PATTERN},
};

}  // namespace cache_invalidation::wire

#endif  // CACHE_INVALIDATION_SERVER_WIRE_RECORD_ENUMS_H_
