// SPDX-License-Identifier: Apache-2.0

#include "server/wire/message_conversion.h"

#include <cstdint>

// Declarations are taken apart by a structured binding: one that gets a further field does not
// compile until it is converted.

namespace cache_invalidation::wire {
namespace {

constexpr std::pair<engine::Strategy, v1::InvalidationStrategy> kStrategies[] = {
    {engine::Strategy::kImmediate, v1::INVALIDATION_STRATEGY_IMMEDIATE},
    {engine::Strategy::kBatched, v1::INVALIDATION_STRATEGY_BATCHED},
    {engine::Strategy::kLazy, v1::INVALIDATION_STRATEGY_LAZY},
    {engine::Strategy::kCascade, v1::INVALIDATION_STRATEGY_CASCADE},
};

constexpr std::pair<engine::Cardinality, v1::Cardinality> kCardinalities[] = {
    {engine::Cardinality::kOneToOne, v1::CARDINALITY_ONE_TO_ONE},
    {engine::Cardinality::kOneToMany, v1::CARDINALITY_ONE_TO_MANY},
    {engine::Cardinality::kManyToOne, v1::CARDINALITY_MANY_TO_ONE},
    {engine::Cardinality::kManyToMany, v1::CARDINALITY_MANY_TO_MANY},
};

}  // namespace

std::vector<std::string> ToStrings(const ProtoStrings& proto) {
  return {proto.begin(), proto.end()};
}

void FromStrings(const std::vector<std::string>& values, ProtoStrings* proto) {
  proto->Assign(values.begin(), values.end());
}

absl::Time ToTime(const google::protobuf::Timestamp& proto) {
  return absl::FromUnixSeconds(proto.seconds()) + absl::Nanoseconds(proto.nanos());
}

absl::Duration ToDuration(const google::protobuf::Duration& proto) {
  return absl::Seconds(proto.seconds()) + absl::Nanoseconds(proto.nanos());
}

void FromTime(absl::Time time, google::protobuf::Timestamp* proto) {
  const int64_t seconds = absl::ToUnixSeconds(time);  // rounds down
  proto->set_seconds(seconds);
  proto->set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
}

void FromDuration(absl::Duration duration, google::protobuf::Duration* proto) {
  if (duration < absl::ZeroDuration() || duration == absl::InfiniteDuration()) {
    duration = absl::ZeroDuration();
  }
  proto->set_seconds(absl::IDivDuration(duration, absl::Seconds(1), &duration));
  proto->set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(duration)));
}

std::optional<engine::Strategy> ToStrategy(v1::InvalidationStrategy strategy) {
  if (strategy == v1::INVALIDATION_STRATEGY_UNSPECIFIED) return engine::Strategy::kImmediate;
  return FromEnum(kStrategies, strategy);
}

v1::InvalidationStrategy FromStrategy(engine::Strategy strategy) {
  return ToEnum(kStrategies, strategy);
}

std::optional<engine::Cardinality> ToCardinality(v1::Cardinality cardinality) {
  if (cardinality == v1::CARDINALITY_UNSPECIFIED) return engine::Cardinality::kOneToMany;
  return FromEnum(kCardinalities, cardinality);
}

std::optional<engine::Relationship> ToRelationship(const v1::Relationship& proto) {
  const std::optional<engine::Cardinality> cardinality = ToCardinality(proto.cardinality());
  if (!cardinality.has_value()) return std::nullopt;
  return engine::Relationship{
      .name = proto.name(),
      .source_type = proto.source_type(),
      .target_types = ToStrings(proto.target_types()),
      .cardinality = *cardinality,
      .cascade_depth = proto.cascade_depth(),
      .target_tag_template = proto.target_tag_template(),
      .description = proto.description(),
      .accepted_warnings = ToStrings(proto.accepted_warnings()),
  };
}

void FromRelationship(const engine::Relationship& relationship, v1::Relationship* proto) {
  const auto& [name, source_type, target_types, cardinality, cascade_depth, target_tag_template,
               description, accepted_warnings] = relationship;
  proto->set_name(name);
  proto->set_source_type(source_type);
  FromStrings(target_types, proto->mutable_target_types());
  proto->set_cardinality(ToEnum(kCardinalities, cardinality));
  proto->set_cascade_depth(cascade_depth);
  proto->set_target_tag_template(target_tag_template);
  proto->set_description(description);
  FromStrings(accepted_warnings, proto->mutable_accepted_warnings());
}

std::optional<engine::Rule> ToRule(const v1::Rule& proto) {
  const std::optional<engine::Strategy> strategy = ToStrategy(proto.strategy());
  if (!strategy.has_value()) return std::nullopt;
  std::vector<engine::Relationship> relationships;
  relationships.reserve(static_cast<size_t>(proto.relationships_size()));
  for (const v1::Relationship& attached : proto.relationships()) {
    std::optional<engine::Relationship> relationship = ToRelationship(attached);
    if (!relationship.has_value()) return std::nullopt;
    relationships.push_back(*std::move(relationship));
  }
  return engine::Rule{
      .name = proto.name(),
      .trigger_tags = ToStrings(proto.trigger_tags()),
      .invalidate_tags = ToStrings(proto.invalidate_tags()),
      .pattern = proto.pattern(),
      .strategy = *strategy,
      .priority = proto.priority(),
      .relationships = std::move(relationships),
      .condition = proto.condition(),
      .enabled = !proto.has_enabled() || proto.enabled(),
      .description = proto.description(),
      .accepted_warnings = ToStrings(proto.accepted_warnings()),
  };
}

void FromRule(const engine::Rule& rule, v1::Rule* proto) {
  const auto& [name, trigger_tags, invalidate_tags, pattern, strategy, priority, relationships,
               condition, enabled, description, accepted_warnings] = rule;
  proto->set_name(name);
  FromStrings(trigger_tags, proto->mutable_trigger_tags());
  FromStrings(invalidate_tags, proto->mutable_invalidate_tags());
  proto->set_pattern(pattern);
  proto->set_strategy(FromStrategy(strategy));
  proto->set_priority(priority);
  for (const engine::Relationship& relationship : relationships) {
    FromRelationship(relationship, proto->add_relationships());
  }
  proto->set_condition(condition);
  proto->set_enabled(enabled);
  proto->set_description(description);
  FromStrings(accepted_warnings, proto->mutable_accepted_warnings());
}

}  // namespace cache_invalidation::wire
