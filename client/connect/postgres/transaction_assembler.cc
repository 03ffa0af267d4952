// SPDX-License-Identifier: Apache-2.0

#include "client/connect/postgres/transaction_assembler.h"

#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "client/change/change_writes.h"

namespace cache_invalidation::connect {
namespace {

// The operation of a write that a message asked for.
constexpr char kMessageOperation[] = "message";

}  // namespace

TransactionAssembler::TransactionAssembler(CatalogLookup catalog, const TableRules& rules,
                                           OutboxOptions outbox, KnownTables known,
                                           AssemblyCounts counts)
    : catalog_(std::move(catalog)),
      rules_(rules),
      outbox_options_(std::move(outbox)),
      known_(std::move(known)),
      collector_({.widen_malformed_names = true}),
      counts_(counts) {}

absl::StatusOr<std::optional<Transaction>> TransactionAssembler::Add(absl::string_view bytes) {
  absl::StatusOr<PgoutputMessage> decoded = DecodePgoutput(bytes);
  if (!decoded.ok()) {
    AddUnreadable(decoded.status());
    return std::nullopt;
  }
  PgoutputMessage& message = *decoded;
  if (auto* begin = std::get_if<BeginMessage>(&message)) {
    open_ = *begin;
  } else if (auto* commit = std::get_if<Commit>(&message)) {
    return Finish(*commit);
  } else if (auto* relation = std::get_if<RelationMessage>(&message)) {
    absl::Status status = AddRelation(std::move(*relation));
    if (!status.ok()) return status;
  } else if (auto* row = std::get_if<RowMessage>(&message)) {
    AddRow(std::move(*row));
  } else if (auto* truncate = std::get_if<TruncateMessage>(&message)) {
    AddTruncate(*truncate);
  } else if (auto* logical = std::get_if<LogicalMessage>(&message)) {
    // One that is not transactional comes at once, and also if its transaction is rolled back.
    if (logical->transactional) AddOutbox(*logical);
  }
  return std::nullopt;
}

Transaction TransactionAssembler::Finish(Commit commit) {
  if (open_.has_value()) commit.xid = open_->xid;
  Transaction out{.commit = commit};
  open_.reset();
  if (outbox_.everything) {
    collector_.AddEverything();
    outbox_ = {};
  }
  for (const std::string& type : outbox_.types) {
    collector_.Add({.resource_type = type, .operation = kMessageOperation});
  }
  outbox_.types.clear();
  outbox_bytes_ = 0;
  out.outbox = std::exchange(outbox_, {});
  out.writes = collector_.Take();
  counts_.widened_to_limits += out.writes.widened;
  return out;
}

absl::Status TransactionAssembler::AddRelation(RelationMessage message) {
  const uint32_t oid = message.oid;
  absl::StatusOr<Relation> learned = Learn(std::move(message), catalog_, rules_, known_);
  if (!learned.ok()) return learned.status();
  const Relation& relation = relations_[oid] = *std::move(learned);
  if (relation.key_changed) AddChange(relation, TruncateOf(relation));
  return absl::OkStatus();
}

const Relation* TransactionAssembler::Find(uint32_t oid) {
  ++counts_.changes;
  const auto place = relations_.find(oid);
  if (place != relations_.end()) return &place->second;
  AddUnreadable(absl::InvalidArgumentError(absl::StrCat("no table has the number ", oid)));
  return nullptr;
}

void TransactionAssembler::AddRow(RowMessage message) {
  const Relation* relation = Find(message.oid);
  if (relation == nullptr) return;
  absl::StatusOr<change::RowChange> change = ChangeOf(*relation, std::move(message));
  if (!change.ok()) return AddUnreadable(change.status());
  AddChange(*relation, *change);
}

void TransactionAssembler::AddTruncate(const TruncateMessage& message) {
  for (const uint32_t oid : message.oids) {
    const Relation* relation = Find(oid);
    if (relation != nullptr) AddChange(*relation, TruncateOf(*relation));
  }
}

void TransactionAssembler::AddChange(const Relation& relation, const change::RowChange& change) {
  if (relation.is_unknown) {
    ++counts_.unknown_tables;
    return collector_.AddEverything();
  }
  const TableTreatment& treatment = relation.treatment;
  if (treatment.ignore) {
    ++counts_.ignored;
    return;
  }
  for (client::WriteEvent& write : change::WritesOf(change, treatment.types)) {
    if (write.resource_id.empty()) {
      ++counts_.without_id;
    } else if (!treatment.id_prefix.empty()) {
      write.resource_id = absl::StrCat(treatment.id_prefix, write.resource_id);
    }
    write.tags.insert(write.tags.end(), treatment.tags.begin(), treatment.tags.end());
    collector_.Add(std::move(write));
  }
}

void TransactionAssembler::AddOutbox(const LogicalMessage& message) {
  if (outbox_options_.prefix.empty() || message.prefix != outbox_options_.prefix) return;
  ++counts_.outbox_messages;
  absl::StatusOr<OutboxTargets> targets = ParseOutboxMessage(message.content);
  if (!targets.ok()) {
    ++counts_.outbox_unreadable;
    fault_ = targets.status();
    outbox_.everything |= outbox_options_.allow_everything;
    return;
  }
  if ((targets->everything || !targets->patterns.empty()) && !outbox_options_.allow_everything) {
    ++counts_.outbox_not_allowed;
    fault_ = absl::PermissionDeniedError("a message asks for patterns or everything");
    targets->everything = false;
    targets->patterns.clear();
  }
  outbox_bytes_ += message.content.size();
  if (outbox_bytes_ > kMaxOutboxBytes) *targets = {.everything = true};
  outbox_.Merge(*std::move(targets));
}

void TransactionAssembler::AddUnreadable(absl::Status why) {
  ++counts_.unreadable;
  fault_ = std::move(why);
  collector_.AddEverything();
}

}  // namespace cache_invalidation::connect
