// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_CONNECT_POSTGRES_TRANSACTION_ASSEMBLER_H_
#define CACHE_INVALIDATION_CLIENT_CONNECT_POSTGRES_TRANSACTION_ASSEMBLER_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>

#include "absl/status/statusor.h"
#include "client/connect/postgres/outbox_message.h"
#include "client/connect/postgres/pgoutput.h"
#include "client/connect/postgres/relation.h"
#include "client/connect/postgres/table_rules.h"
#include "client/widening.h"

namespace cache_invalidation::connect {

// A committed transaction, reduced to what is reported.
struct Transaction {
  Commit commit = {};  // without xid if its begin was unreadable
  client::WidenedWrites writes = {};
  OutboxTargets outbox = {};  // of which `everything` is in `writes`

  // Whether nothing is reported of it.
  bool empty() const { return writes.writes.empty() && !writes.everything && outbox.empty(); }
};

// Why something was reported less precisely, or not at all: counters, all since the start.
struct AssemblyCounts {
  uint64_t changes = 0;             // rows and truncates
  uint64_t ignored = 0;             // by a rule of the configuration
  uint64_t widened_to_limits = 0;   // writes of transactions beyond the limits of a request
  uint64_t without_id = 0;          // writes that concern a whole type
  uint64_t unreadable = 0;          // messages: their transaction is reported as everything
  uint64_t unknown_tables = 0;      // changes of tables that the catalog has forgotten: everything
  uint64_t outbox_messages = 0;     // read
  uint64_t outbox_unreadable = 0;   // everything, if that is allowed to messages; else ignored
  uint64_t outbox_not_allowed = 0;  // messages with patterns or everything: ignored
};

// Puts the messages of a stream together to transactions. Memory is bounded whatever they hold: see
// WriteCollector; so are the targets of messages, see OutboxTargets.
//
// What cannot be read becomes everything, with the end of its transaction. Thread-compatible.
class TransactionAssembler {
 public:
  // Of the messages of a transaction.
  static constexpr size_t kMaxOutboxBytes = 2 << 20;

  // `counts`: those of earlier assemblers.
  TransactionAssembler(CatalogLookup catalog, const TableRules& rules, OutboxOptions outbox,
                       KnownTables known, AssemblyCounts counts = {});

  // Takes one message. Returns the transaction that it completes, if it completes one. Fails only
  // with an error of the catalog; the stream must then be read again from the last position.
  absl::StatusOr<std::optional<Transaction>> Add(absl::string_view bytes);

  // Whether a transaction has begun and not ended.
  bool is_open() const { return open_.has_value(); }

  const AssemblyCounts& counts() const { return counts_; }
  const KnownTables& known() const { return known_; }

  // Returns what was wrong with the last message, and forgets it: for the journal.
  absl::Status TakeFault() { return std::exchange(fault_, absl::OkStatus()); }

 private:
  Transaction Finish(Commit commit);
  absl::Status AddRelation(RelationMessage message);
  void AddRow(RowMessage message);
  void AddTruncate(const TruncateMessage& message);
  void AddOutbox(const LogicalMessage& message);
  void AddChange(const Relation& relation, const change::RowChange& change);
  void AddUnreadable(absl::Status why);
  // Null, and accounted for, if no relation of that number was announced.
  const Relation* Find(uint32_t oid);

  const CatalogLookup catalog_;
  const TableRules& rules_;
  const OutboxOptions outbox_options_;
  KnownTables known_;
  std::map<uint32_t, Relation> relations_;
  std::optional<BeginMessage> open_;
  client::WriteCollector collector_;
  OutboxTargets outbox_;
  size_t outbox_bytes_ = 0;
  AssemblyCounts counts_;
  absl::Status fault_;
};

}  // namespace cache_invalidation::connect

#endif  // CACHE_INVALIDATION_CLIENT_CONNECT_POSTGRES_TRANSACTION_ASSEMBLER_H_
