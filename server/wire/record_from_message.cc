#include "server/wire/record_from_message.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "server/wire/record_enums.h"

namespace cache_invalidation::wire {
namespace {

absl::Time ToTime(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

absl::Duration ToDuration(const google::protobuf::Duration& duration) {
  return absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos());
}

std::vector<std::string> ToVector(const google::protobuf::RepeatedPtrField<std::string>& values) {
  return {values.begin(), values.end()};
}

}  // namespace

std::optional<engine::MetaRecord> FromMessage(const internal::v1::MetaRecord& message) {
  return engine::MetaRecord{
      .head = message.head(),
      .floor = message.floor(),
      .now = ToTime(message.now()),
      .batch_delay = ToDuration(message.batch_delay()),
      .immediate_invalidations = message.immediate_invalidations(),
      .batched_invalidations = message.batched_invalidations(),
      .lazy_invalidations = message.lazy_invalidations(),
      .cascade_invalidations = message.cascade_invalidations(),
      .widened = message.widened(),
      .unchecked_fills = message.unchecked_fills(),
      .refused_fills = message.refused_fills(),
      .dropped_entries = message.dropped_entries(),
      .wanted_floor = message.wanted_floor(),
      .forgotten_end = message.forgotten_end(),
      .batch_generation = message.batch_generation(),
      .batch_deadline = message.has_batch_deadline()
                            ? std::optional(ToTime(message.batch_deadline()))
                            : std::nullopt,
      .any_key_evicted = message.any_key_evicted(),
      .any_key_staled = message.any_key_staled(),
  };
}

std::optional<engine::SweepRecord> FromMessage(const internal::v1::SweepRecord& message) {
  const std::optional<engine::NameKind> edge_kind =
      FromStored(kNameKinds, message.next_edge_kind());
  // Without an edge there is none.
  if (!edge_kind.has_value() && message.next_edge_kind() != internal::v1::NAME_KIND_UNSPECIFIED) {
    return std::nullopt;
  }
  return engine::SweepRecord{
      .floor = message.floor(),
      .head = message.head(),
      .next_key = message.next_key(),
      .keys_done = message.keys_done(),
      .next_tag = message.next_tag(),
      .names = {message.names().begin(), message.names().end()},
      .next_edge_kind = edge_kind,
      .next_edge = message.next_edge(),
  };
}

std::optional<engine::RuleRecord> FromMessage(const internal::v1::RuleRecord& message) {
  const std::optional<engine::Strategy> strategy = FromStored(kStrategies, message.strategy());
  if (!strategy.has_value()) {
    return std::nullopt;
  }
  std::vector<engine::Relationship> relationships;
  for (const internal::v1::RelationshipRecord& stored : message.relationships()) {
    std::optional<engine::RelationshipRecord> relationship = FromMessage(stored);
    if (!relationship.has_value()) {
      return std::nullopt;
    }
    relationships.push_back(std::move(relationship->relationship));
  }
  return engine::RuleRecord{{
      .name = message.name(),
      .trigger_tags = ToVector(message.trigger_tags()),
      .invalidate_tags = ToVector(message.invalidate_tags()),
      .pattern = message.pattern(),
      .strategy = *strategy,
      .priority = message.priority(),
      .relationships = std::move(relationships),
      .condition = message.condition(),
      .enabled = message.enabled(),
      .description = message.description(),
      .accepted_warnings = ToVector(message.accepted_warnings()),
  }};
}

std::optional<engine::RuleCountersRecord> FromMessage(
    const internal::v1::RuleCountersRecord& message) {
  engine::RuleCountersRecord record{.name = message.name(), .counters = {}};
  record.counters.execution_count = message.execution_count();
  record.counters.condition_errors = message.condition_errors();
  if (message.has_last_execution()) {
    record.counters.last_execution = ToTime(message.last_execution());
  }
  return record;
}

std::optional<engine::RelationshipRecord> FromMessage(
    const internal::v1::RelationshipRecord& message) {
  const std::optional<engine::Cardinality> cardinality =
      FromStored(kCardinalities, message.cardinality());
  if (!cardinality.has_value()) {
    return std::nullopt;
  }
  return engine::RelationshipRecord{{
      .name = message.name(),
      .source_type = message.source_type(),
      .target_types = ToVector(message.target_types()),
      .cardinality = *cardinality,
      .cascade_depth = message.cascade_depth(),
      .target_tag_template = message.target_tag_template(),
      .description = message.description(),
      .accepted_warnings = ToVector(message.accepted_warnings()),
  }};
}

std::optional<engine::DependencyRecord> FromMessage(const internal::v1::DependencyRecord& message) {
  const std::optional<engine::NameKind> kind = FromStored(kNameKinds, message.depends_on_kind());
  if (!kind.has_value()) {
    return std::nullopt;
  }
  engine::DependencyRecord record{.key = message.key(),
                                  .depends_on_kind = *kind,
                                  .depends_on = message.depends_on(),
                                  .expires = std::nullopt};
  if (message.has_expires()) {
    record.expires = ToTime(message.expires());
  }
  return record;
}

std::optional<engine::EntryRecord> FromMessage(const internal::v1::EntryRecord& message) {
  engine::EntryRecord record{
      .key = message.key(),
      .tags = ToVector(message.tags()),
      .depends_on_keys = ToVector(message.depends_on_keys()),
      .depends_on_tags = ToVector(message.depends_on_tags()),
      .expires = std::nullopt,
      .fill_revision = message.fill_revision(),
      .stale = message.stale(),
      .ghost = message.ghost(),
      .mixed = !message.uniform(),
      .fill_id = message.fill_id(),
  };
  if (message.has_expires()) {
    record.expires = ToTime(message.expires());
  }
  return record;
}

std::optional<engine::KeyRevisionRecord> FromMessage(
    const internal::v1::KeyRevisionRecord& message) {
  return engine::KeyRevisionRecord{
      .key = message.key(), .evicted = message.evicted(), .ended = message.ended()};
}

std::optional<engine::PendingRecord> FromMessage(const internal::v1::PendingRecord& message) {
  const std::optional<engine::TargetType> type = FromStored(kTargetTypes, message.type());
  if (!type.has_value()) {
    return std::nullopt;
  }
  engine::PendingRecord record{
      .type = *type, .name = message.name(), .dependent = message.dependent(), .causes = {}};
  for (const internal::v1::PendingCause& cause : message.causes()) {
    const std::optional<engine::CauseStep> step = FromStored(kCauseSteps, cause.step());
    if (!step.has_value()) {
      return std::nullopt;
    }
    record.causes.push_back({.step = *step,
                             .name = cause.name(),
                             .widened = cause.widened(),
                             .condition_failed = cause.condition_failed()});
  }
  return record;
}

}  // namespace cache_invalidation::wire
