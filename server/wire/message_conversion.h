// SPDX-License-Identifier: Apache-2.0

// Values of the engine in the form that both requests and the store have them in: times, names,
// enums, rules and relationships as messages.

#ifndef CACHE_INVALIDATION_SERVER_WIRE_MESSAGE_CONVERSION_H_
#define CACHE_INVALIDATION_SERVER_WIRE_MESSAGE_CONVERSION_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "common/check.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "google/protobuf/timestamp.pb.h"
#include "protos/cache_invalidation/v1/relationship.pb.h"
#include "protos/cache_invalidation/v1/rule.pb.h"
#include "protos/cache_invalidation/v1/strategy.pb.h"
#include "server/engine/event.h"
#include "server/engine/model.h"

namespace cache_invalidation::wire {

// Times and durations, exact to the nanosecond. Nothing is checked.

absl::Time ToTime(const google::protobuf::Timestamp& proto);
absl::Duration ToDuration(const google::protobuf::Duration& proto);

void FromTime(absl::Time time, google::protobuf::Timestamp* proto);

// A negative or infinite duration becomes zero: no field of the contract has a meaning for one.
void FromDuration(absl::Duration duration, google::protobuf::Duration* proto);

// Lists of names.

using ProtoStrings = google::protobuf::RepeatedPtrField<std::string>;

std::vector<std::string> ToStrings(const ProtoStrings& proto);
void FromStrings(const std::vector<std::string>& values, ProtoStrings* proto);

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

// Rules and relationships as messages of the contract. Requests bring them in this form and the
// store keeps them in it.
//
// Reading a message fills in the defaults of its scalar fields and enums, and copies everything
// else as it is: no limit is checked, no list is sorted, an empty name stays empty. Returns nothing
// if an enum has a value that this version does not know.

std::optional<engine::Strategy> ToStrategy(v1::InvalidationStrategy strategy);
v1::InvalidationStrategy FromStrategy(engine::Strategy strategy);

std::optional<engine::Cardinality> ToCardinality(v1::Cardinality cardinality);

std::optional<engine::Relationship> ToRelationship(const v1::Relationship& proto);
void FromRelationship(const engine::Relationship& relationship, v1::Relationship* proto);

std::optional<engine::Rule> ToRule(const v1::Rule& proto);
void FromRule(const engine::Rule& rule, v1::Rule* proto);

}  // namespace cache_invalidation::wire

#endif  // CACHE_INVALIDATION_SERVER_WIRE_MESSAGE_CONVERSION_H_
