#include "server/wire/record_from_message.h"

#include <string>
#include <utility>
#include <vector>

#include "server/wire/declaration_conversion.h"
#include "server/wire/enum_table.h"
#include "server/wire/event_enum.h"
#include "server/wire/record_enums.h"
#include "server/wire/time_conversion.h"

namespace cache_invalidation::wire {
namespace {

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
  const std::optional<engine::NameKind> edge_kind = FromEnum(kNameKinds, message.next_edge_kind());
  // Unspecified means that there is no edge.
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

std::optional<engine::RuleRecord> FromMessage(const v1::Rule& message) {
  std::optional<engine::Rule> rule = ToRule(message);
  if (!rule.has_value()) {
    return std::nullopt;
  }
  return engine::RuleRecord{*std::move(rule)};
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

std::optional<engine::RelationshipRecord> FromMessage(const v1::Relationship& message) {
  std::optional<engine::Relationship> relationship = ToRelationship(message);
  if (!relationship.has_value()) {
    return std::nullopt;
  }
  return engine::RelationshipRecord{*std::move(relationship)};
}

std::optional<engine::DependencyRecord> FromMessage(const internal::v1::DependencyRecord& message) {
  const std::optional<engine::NameKind> kind = FromEnum(kNameKinds, message.depends_on_kind());
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
  const std::optional<engine::TargetKind> target = FromEnum(kTargetKinds, message.target());
  if (!target.has_value()) {
    return std::nullopt;
  }
  engine::PendingRecord record{
      .target = *target, .name = message.name(), .dependent = message.dependent(), .causes = {}};
  for (const v1::Cause& cause : message.causes()) {
    const auto step = FromEventEnum<engine::CauseStep>(cause.step());
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
