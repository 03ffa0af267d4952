// SPDX-License-Identifier: Apache-2.0

// What the source asks PostgreSQL's catalog. The role needs no rights on any table for it.

#ifndef CACHE_INVALIDATION_CLIENT_CONNECT_POSTGRES_CATALOG_H_
#define CACHE_INVALIDATION_CLIENT_CONNECT_POSTGRES_CATALOG_H_

#include <cstdint>
#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "client/connect/postgres/postgres_connection.h"
#include "client/connect/postgres/relation.h"
#include "client/connect/postgres/source_state.h"
#include "client/connect/postgres/visibility.h"

namespace cache_invalidation::connect {

// Errors: those of PostgresConnection. Thread-compatible.
class Catalog {
 public:
  // `connection`, of kind kSql, must outlive it.
  Catalog(PostgresConnection& connection, std::string publication, std::string slot)
      : connection_(connection), publication_(std::move(publication)), slot_(std::move(slot)) {}

  // For TransactionAssembler; refers to this object.
  CatalogLookup lookup();

  // The slot as it is now; none if it does not exist. Fails with FAILED_PRECONDITION if it is one
  // of another plugin or database.
  absl::StatusOr<std::optional<SlotView>> Slot();
  absl::StatusOr<Publication> CurrentPublication();
  absl::StatusOr<Snapshot> CurrentSnapshot();

  // How much log PostgreSQL keeps for a slot; -1: all.
  absl::StatusOr<std::string> MaxSlotSize() { return Value("show max_slot_wal_keep_size"); }
  // What the creation of a slot waits for: process ids, and prepared transactions.
  absl::StatusOr<std::string> OpenTransactions();

 private:
  absl::StatusOr<TableFacts> FactsOf(uint32_t oid);
  absl::StatusOr<std::string> TypeOf(uint32_t oid);
  absl::StatusOr<std::string> Value(const std::string& statement);

  PostgresConnection& connection_;
  const std::string publication_;
  const std::string slot_;
  std::map<uint32_t, std::string> types_;  // which do not change
};

}  // namespace cache_invalidation::connect

#endif  // CACHE_INVALIDATION_CLIENT_CONNECT_POSTGRES_CATALOG_H_
