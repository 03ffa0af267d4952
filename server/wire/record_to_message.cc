#include "server/wire/record_to_message.h"

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "server/wire/record_enums.h"

// Every record is taken apart by a structured binding: one that gets a further field does not
// compile until it is stored.

namespace cache_invalidation::wire {
namespace {

void SetTime(absl::Time time, google::protobuf::Timestamp& out) {
  const int64_t seconds = absl::ToUnixSeconds(time);
  out.set_seconds(seconds);
  out.set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
}

void SetDuration(absl::Duration duration, google::protobuf::Duration& out) {
  out.set_seconds(absl::IDivDuration(duration, absl::Seconds(1), &duration));
  out.set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(duration)));
}

void SetAll(const std::vector<std::string>& values,
            google::protobuf::RepeatedPtrField<std::string>& out) {
  out.Assign(values.begin(), values.end());
}

void SetRelationship(const engine::Relationship& relationship,
                     internal::v1::RelationshipRecord& out) {
  const auto& [name, source_type, target_types, cardinality, cascade_depth, target_tag_template,
               description, accepted_warnings] = relationship;
  out.set_name(name);
  out.set_source_type(source_type);
  SetAll(target_types, *out.mutable_target_types());
  out.set_cardinality(ToStored(kCardinalities, cardinality));
  out.set_cascade_depth(cascade_depth);
  out.set_target_tag_template(target_tag_template);
  out.set_description(description);
  SetAll(accepted_warnings, *out.mutable_accepted_warnings());
}

}  // namespace

internal::v1::MetaRecord ToMessage(const engine::MetaRecord& record) {
  const auto& [head, floor, now, batch_delay, immediate, batched, lazy, cascade, widened,
               unchecked_fills, refused_fills, dropped_entries, wanted_floor, forgotten_end,
               batch_generation, batch_deadline, any_key_evicted, any_key_staled] = record;
  internal::v1::MetaRecord out;
  out.set_head(head);
  out.set_floor(floor);
  SetTime(now, *out.mutable_now());
  SetDuration(batch_delay, *out.mutable_batch_delay());
  out.set_immediate_invalidations(immediate);
  out.set_batched_invalidations(batched);
  out.set_lazy_invalidations(lazy);
  out.set_cascade_invalidations(cascade);
  out.set_widened(widened);
  out.set_unchecked_fills(unchecked_fills);
  out.set_refused_fills(refused_fills);
  out.set_dropped_entries(dropped_entries);
  out.set_wanted_floor(wanted_floor);
  out.set_forgotten_end(forgotten_end);
  out.set_batch_generation(batch_generation);
  if (batch_deadline.has_value()) {
    SetTime(*batch_deadline, *out.mutable_batch_deadline());
  }
  out.set_any_key_evicted(any_key_evicted);
  out.set_any_key_staled(any_key_staled);
  return out;
}

internal::v1::SweepRecord ToMessage(const engine::SweepRecord& record) {
  const auto& [floor, head, next_key, keys_done, next_tag, names, next_edge_kind, next_edge] =
      record;
  internal::v1::SweepRecord out;
  out.set_floor(floor);
  out.set_head(head);
  out.set_next_key(next_key);
  out.set_keys_done(keys_done);
  out.set_next_tag(next_tag);
  out.mutable_names()->Assign(names.begin(), names.end());
  if (next_edge_kind.has_value()) {
    out.set_next_edge_kind(ToStored(kNameKinds, *next_edge_kind));
  }
  out.set_next_edge(next_edge);
  return out;
}

internal::v1::RuleRecord ToMessage(const engine::RuleRecord& record) {
  const auto& [name, trigger_tags, invalidate_tags, pattern, strategy, priority, relationships,
               condition, enabled, description, accepted_warnings] = record.rule;
  internal::v1::RuleRecord out;
  out.set_name(name);
  SetAll(trigger_tags, *out.mutable_trigger_tags());
  SetAll(invalidate_tags, *out.mutable_invalidate_tags());
  out.set_pattern(pattern);
  out.set_strategy(ToStored(kStrategies, strategy));
  out.set_priority(priority);
  for (const engine::Relationship& relationship : relationships) {
    SetRelationship(relationship, *out.add_relationships());
  }
  out.set_condition(condition);
  out.set_enabled(enabled);
  out.set_description(description);
  SetAll(accepted_warnings, *out.mutable_accepted_warnings());
  return out;
}

internal::v1::RuleCountersRecord ToMessage(const engine::RuleCountersRecord& record) {
  const auto& [name, counters] = record;
  const auto& [execution_count, condition_errors, last_execution] = counters;
  internal::v1::RuleCountersRecord out;
  out.set_name(name);
  out.set_execution_count(execution_count);
  out.set_condition_errors(condition_errors);
  if (last_execution.has_value()) {
    SetTime(*last_execution, *out.mutable_last_execution());
  }
  return out;
}

internal::v1::RelationshipRecord ToMessage(const engine::RelationshipRecord& record) {
  internal::v1::RelationshipRecord out;
  SetRelationship(record.relationship, out);
  return out;
}

internal::v1::DependencyRecord ToMessage(const engine::DependencyRecord& record) {
  const auto& [key, depends_on_kind, depends_on, expires] = record;
  internal::v1::DependencyRecord out;
  out.set_key(key);
  out.set_depends_on_kind(ToStored(kNameKinds, depends_on_kind));
  out.set_depends_on(depends_on);
  if (expires.has_value()) {
    SetTime(*expires, *out.mutable_expires());
  }
  return out;
}

internal::v1::EntryRecord ToMessage(const engine::EntryRecord& record) {
  const auto& [key, tags, depends_on_keys, depends_on_tags, expires, fill_revision, stale, ghost,
               mixed, fill_id] = record;
  internal::v1::EntryRecord out;
  out.set_key(key);
  SetAll(tags, *out.mutable_tags());
  SetAll(depends_on_keys, *out.mutable_depends_on_keys());
  SetAll(depends_on_tags, *out.mutable_depends_on_tags());
  if (expires.has_value()) {
    SetTime(*expires, *out.mutable_expires());
  }
  out.set_fill_revision(fill_revision);
  out.set_stale(stale);
  out.set_ghost(ghost);
  out.set_uniform(!mixed);
  out.set_fill_id(fill_id);
  return out;
}

internal::v1::KeyRevisionRecord ToMessage(const engine::KeyRevisionRecord& record) {
  const auto& [key, evicted, ended] = record;
  internal::v1::KeyRevisionRecord out;
  out.set_key(key);
  out.set_evicted(evicted);
  out.set_ended(ended);
  return out;
}

internal::v1::PendingRecord ToMessage(const engine::PendingRecord& record) {
  const auto& [type, name, dependent, causes] = record;
  internal::v1::PendingRecord out;
  out.set_type(ToStored(kTargetTypes, type));
  out.set_name(name);
  out.set_dependent(dependent);
  for (const auto& [step, cause_name, widened, condition_failed] : causes) {
    internal::v1::PendingCause& cause = *out.add_causes();
    cause.set_step(ToStored(kCauseSteps, step));
    cause.set_name(cause_name);
    cause.set_widened(widened);
    cause.set_condition_failed(condition_failed);
  }
  return out;
}

}  // namespace cache_invalidation::wire
