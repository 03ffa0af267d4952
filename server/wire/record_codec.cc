// SPDX-License-Identifier: Apache-2.0

#include "server/wire/record_codec.h"

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "protos/internal/v1/records.pb.h"
#include "server/engine/event.h"
#include "server/engine/query.h"
#include "server/wire/message_conversion.h"
#include "server/wire/proto_format.h"

// Every record is taken apart by a structured binding: one that gets a further field does not
// compile until it is stored.

namespace cache_invalidation::wire {
namespace {

// The stored values of the engine's enums that only records have.

constexpr std::pair<engine::NameKind, internal::v1::NameKind> kNameKinds[] = {
    {engine::NameKind::kKey, internal::v1::NAME_KIND_KEY},
    {engine::NameKind::kTag, internal::v1::NAME_KIND_TAG},
};

constexpr std::pair<engine::TargetKind, internal::v1::TargetKind> kTargetKinds[] = {
    {engine::TargetKind::kEverything, internal::v1::TARGET_KIND_EVERYTHING},
    {engine::TargetKind::kTag, internal::v1::TARGET_KIND_TAG},
    {engine::TargetKind::kKey, internal::v1::TARGET_KIND_KEY},
    {engine::TargetKind::kPattern, internal::v1::TARGET_KIND_PATTERN},
};

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
  FromStrings(tags, out.mutable_tags());
  FromStrings(depends_on_keys, out.mutable_depends_on_keys());
  FromStrings(depends_on_tags, out.mutable_depends_on_tags());
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
      .tags = ToStrings(message.tags()),
      .depends_on_keys = ToStrings(message.depends_on_keys()),
      .depends_on_tags = ToStrings(message.depends_on_tags()),
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

RowKind KindOf(const engine::MetaRecord&) { return RowKind::kMeta; }
RowKind KindOf(const engine::RuleRecord&) { return RowKind::kRule; }
RowKind KindOf(const engine::RuleCountersRecord&) { return RowKind::kRuleCounters; }
RowKind KindOf(const engine::RelationshipRecord&) { return RowKind::kRelationship; }
RowKind KindOf(const engine::DependencyRecord&) { return RowKind::kDependency; }
RowKind KindOf(const engine::EntryRecord&) { return RowKind::kEntry; }
RowKind KindOf(const engine::KeyRevisionRecord&) { return RowKind::kKeyRevision; }
RowKind KindOf(const engine::PendingRecord&) { return RowKind::kPending; }
RowKind KindOf(const engine::SweepRecord&) { return RowKind::kSweep; }

// Identities are stored: never change them.
std::string IdentityOf(const engine::MetaRecord&) { return ""; }
std::string IdentityOf(const engine::SweepRecord&) { return ""; }
std::string IdentityOf(const engine::RuleRecord& record) { return record.rule.name; }
std::string IdentityOf(const engine::RuleCountersRecord& record) { return record.name; }
std::string IdentityOf(const engine::RelationshipRecord& record) {
  return record.relationship.name;
}
std::string IdentityOf(const engine::DependencyRecord& record) {
  std::string identity;
  AppendVarint(record.key.size(), identity);
  identity += record.key;
  identity += record.depends_on_kind == engine::NameKind::kKey ? 'k' : 't';
  identity += record.depends_on;
  return identity;
}
std::string IdentityOf(const engine::EntryRecord& record) { return record.key; }
std::string IdentityOf(const engine::KeyRevisionRecord& record) { return record.key; }
std::string IdentityOf(const engine::PendingRecord& record) {
  switch (record.target) {
    case engine::TargetKind::kEverything:
      return "e";
    case engine::TargetKind::kTag:
      return absl::StrCat("t", record.name);
    case engine::TargetKind::kKey:
      return absl::StrCat("k", record.name);
    case engine::TargetKind::kPattern:
      return absl::StrCat("p", record.name);
  }
  return "";
}

template <typename Message>
std::optional<engine::Record> Decode(absl::string_view value) {
  Message message;
  if (!message.ParseFromArray(value.data(), static_cast<int>(value.size()))) {
    return std::nullopt;
  }
  return FromMessage(message);
}

std::optional<engine::Record> DecodeKind(RowKind kind, absl::string_view value) {
  switch (kind) {
    case RowKind::kMeta:
      return Decode<internal::v1::MetaRecord>(value);
    case RowKind::kRule:
      return Decode<v1::Rule>(value);
    case RowKind::kRuleCounters:
      return Decode<internal::v1::RuleCountersRecord>(value);
    case RowKind::kRelationship:
      return Decode<v1::Relationship>(value);
    case RowKind::kDependency:
      return Decode<internal::v1::DependencyRecord>(value);
    case RowKind::kEntry:
      return Decode<internal::v1::EntryRecord>(value);
    case RowKind::kKeyRevision:
      return Decode<internal::v1::KeyRevisionRecord>(value);
    case RowKind::kPending:
      return Decode<internal::v1::PendingRecord>(value);
    case RowKind::kSweep:
      return Decode<internal::v1::SweepRecord>(value);
  }
  return std::nullopt;
}

}  // namespace

Row EncodeRecord(const engine::Record& record) {
  return std::visit(
      [](const auto& typed) {
        return Row{KindOf(typed), IdentityOf(typed), ToMessage(typed).SerializeAsString()};
      },
      record);
}

Row EncodeRecordIdentity(const engine::Record& record) {
  return std::visit(
      [](const auto& typed) {
        return Row{KindOf(typed), IdentityOf(typed), ""};
      },
      record);
}

absl::StatusOr<engine::Record> DecodeRecord(RowKind kind, absl::string_view identity,
                                            absl::string_view value) {
  std::optional<engine::Record> record = DecodeKind(kind, value);
  if (!record.has_value() || EncodeRecordIdentity(*record).identity != identity) {
    return absl::DataLossError(absl::StrCat("unreadable row of kind ", static_cast<int>(kind)));
  }
  return *std::move(record);
}

}  // namespace cache_invalidation::wire
