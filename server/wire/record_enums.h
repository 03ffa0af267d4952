#ifndef CACHE_INVALIDATION_SERVER_WIRE_RECORD_ENUMS_H_
#define CACHE_INVALIDATION_SERVER_WIRE_RECORD_ENUMS_H_

#include <iterator>
#include <optional>
#include <utility>

#include "common/check.h"
#include "protos/internal/v1/records.pb.h"
#include "server/engine/event.h"
#include "server/engine/model.h"
#include "server/engine/query.h"

namespace cache_invalidation::wire {

// The engine's enums and their stored values. Written out, so that the engine may reorder its own.

inline constexpr std::pair<engine::Strategy, internal::v1::Strategy> kStrategies[] = {
    {engine::Strategy::kImmediate, internal::v1::STRATEGY_IMMEDIATE},
    {engine::Strategy::kBatched, internal::v1::STRATEGY_BATCHED},
    {engine::Strategy::kLazy, internal::v1::STRATEGY_LAZY},
    {engine::Strategy::kCascade, internal::v1::STRATEGY_CASCADE},
};

inline constexpr std::pair<engine::Cardinality, internal::v1::Cardinality> kCardinalities[] = {
    {engine::Cardinality::kOneToOne, internal::v1::CARDINALITY_ONE_TO_ONE},
    {engine::Cardinality::kOneToMany, internal::v1::CARDINALITY_ONE_TO_MANY},
    {engine::Cardinality::kManyToOne, internal::v1::CARDINALITY_MANY_TO_ONE},
    {engine::Cardinality::kManyToMany, internal::v1::CARDINALITY_MANY_TO_MANY},
};

inline constexpr std::pair<engine::NameKind, internal::v1::NameKind> kNameKinds[] = {
    {engine::NameKind::kKey, internal::v1::NAME_KIND_KEY},
    {engine::NameKind::kTag, internal::v1::NAME_KIND_TAG},
};

inline constexpr std::pair<engine::TargetType, internal::v1::TargetType> kTargetTypes[] = {
    {engine::TargetType::kEverything, internal::v1::TARGET_TYPE_EVERYTHING},
    {engine::TargetType::kTag, internal::v1::TARGET_TYPE_TAG},
    {engine::TargetType::kKey, internal::v1::TARGET_TYPE_KEY},
    {engine::TargetType::kPattern, internal::v1::TARGET_TYPE_PATTERN},
};

inline constexpr std::pair<engine::CauseStep, internal::v1::CauseStep> kCauseSteps[] = {
    {engine::CauseStep::kDirect, internal::v1::CAUSE_STEP_DIRECT},
    {engine::CauseStep::kRelationship, internal::v1::CAUSE_STEP_RELATIONSHIP},
    {engine::CauseStep::kRule, internal::v1::CAUSE_STEP_RULE},
    {engine::CauseStep::kCascade, internal::v1::CAUSE_STEP_CASCADE},
    {engine::CauseStep::kDependency, internal::v1::CAUSE_STEP_DEPENDENCY},
    {engine::CauseStep::kCall, internal::v1::CAUSE_STEP_CALL},
    {engine::CauseStep::kFillRefused, internal::v1::CAUSE_STEP_FILL_REFUSED},
    {engine::CauseStep::kDependencyMoved, internal::v1::CAUSE_STEP_DEPENDENCY_MOVED},
    {engine::CauseStep::kLimit, internal::v1::CAUSE_STEP_LIMIT},
    {engine::CauseStep::kOthers, internal::v1::CAUSE_STEP_OTHERS},
};

template <typename Engine, typename Stored, size_t kSize>
Stored ToStored(const std::pair<Engine, Stored> (&table)[kSize], Engine value) {
  for (const auto& [engine_value, stored_value] : table) {
    if (engine_value == value) {
      return stored_value;
    }
  }
  Check(false, "every value of the engine's enums can be stored");
  return {};
}

// Absent: a value that this version does not know.
template <typename Engine, typename Stored, size_t kSize>
std::optional<Engine> FromStored(const std::pair<Engine, Stored> (&table)[kSize], Stored value) {
  for (const auto& [engine_value, stored_value] : table) {
    if (stored_value == value) {
      return engine_value;
    }
  }
  return std::nullopt;
}

}  // namespace cache_invalidation::wire

#endif  // CACHE_INVALIDATION_SERVER_WIRE_RECORD_ENUMS_H_
