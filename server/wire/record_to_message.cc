#include "server/wire/record_to_message.h"

#include <optional>
#include <string>
#include <vector>

#include "server/wire/declaration_conversion.h"
#include "server/wire/enum_table.h"
#include "server/wire/event_enum.h"
#include "server/wire/record_enums.h"
#include "server/wire/time_conversion.h"

// Every record is taken apart by a structured binding: one that gets a further field does not
// compile until it is stored.

namespace cache_invalidation::wire {
namespace {

void SetAll(const std::vector<std::string>& values,
            google::protobuf::RepeatedPtrField<std::string>& out) {
  out.Assign(values.begin(), values.end());
}

}  // namespace

internal::v1::MetaRecord ToMessage(const engine::MetaRecord& record) {
  const auto& [head, floor, now, batch_delay, immediate, batched, lazy, cascade, widened,
               unchecked_fills, refused_fills, dropped_entries, wanted_floor, forgotten_end,
               batch_generation, batch_deadline, any_key_evicted, any_key_staled] = record;
  internal::v1::MetaRecord out;
  out.set_head(head);
  out.set_floor(floor);
  FromTime(now, out.mutable_now());
  FromDuration(batch_delay, out.mutable_batch_delay());
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
    FromTime(*batch_deadline, out.mutable_batch_deadline());
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
    out.set_next_edge_kind(ToEnum(kNameKinds, *next_edge_kind));
  }
  out.set_next_edge(next_edge);
  return out;
}

v1::Rule ToMessage(const engine::RuleRecord& record) {
  v1::Rule out;
  FromRule(record.rule, &out);
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
    FromTime(*last_execution, out.mutable_last_execution());
  }
  return out;
}

v1::Relationship ToMessage(const engine::RelationshipRecord& record) {
  v1::Relationship out;
  FromRelationship(record.relationship, &out);
  return out;
}

internal::v1::DependencyRecord ToMessage(const engine::DependencyRecord& record) {
  const auto& [key, depends_on_kind, depends_on, expires] = record;
  internal::v1::DependencyRecord out;
  out.set_key(key);
  out.set_depends_on_kind(ToEnum(kNameKinds, depends_on_kind));
  out.set_depends_on(depends_on);
  if (expires.has_value()) {
    FromTime(*expires, out.mutable_expires());
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
    FromTime(*expires, out.mutable_expires());
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
  const auto& [target, name, dependent, causes] = record;
  internal::v1::PendingRecord out;
  out.set_target(ToEnum(kTargetKinds, target));
  out.set_name(name);
  out.set_dependent(dependent);
  for (const auto& [step, cause_name, widened, condition_failed] : causes) {
    v1::Cause& cause = *out.add_causes();
    cause.set_step(static_cast<v1::CauseStep>(ToEventEnum(step)));
    cause.set_name(cause_name);
    cause.set_widened(widened);
    cause.set_condition_failed(condition_failed);
  }
  return out;
}

}  // namespace cache_invalidation::wire
