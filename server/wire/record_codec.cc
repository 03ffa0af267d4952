#include "server/wire/record_codec.h"

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "server/wire/proto_writer.h"
#include "server/wire/record_from_message.h"
#include "server/wire/record_to_message.h"

namespace cache_invalidation::wire {
namespace {

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
