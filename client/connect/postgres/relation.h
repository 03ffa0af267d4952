// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_CONNECT_POSTGRES_RELATION_H_
#define CACHE_INVALIDATION_CLIENT_CONNECT_POSTGRES_RELATION_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/change/change_writes.h"
#include "client/connect/postgres/pgoutput.h"
#include "client/connect/postgres/table_rules.h"

namespace cache_invalidation::connect {

// What the catalog says of a table that the log does not.
struct TableFacts {
  // Whether the publication lists it. Of others the catalog may have forgotten where they belonged:
  // a partition that was detached or dropped since the change.
  bool published = false;

  // Of the root for a partition, otherwise its own.
  std::string schema = {};
  std::string table = {};

  std::vector<std::string> key = {};  // the columns of the primary key, in the order of the root
  // All of its own. The log omits generated ones, and those that the publication does not list.
  std::vector<std::string> columns = {};

  bool operator==(const TableFacts&) const = default;
};

// How the names of types and the facts of tables are found: in the catalog of today.
struct CatalogLookup {
  // `published` is false for a table that does not exist.
  std::function<absl::StatusOr<TableFacts>(uint32_t oid)> table;

  // PostgreSQL's name, a domain's base type; empty if there is no such type.
  std::function<absl::StatusOr<std::string>(uint32_t oid)> type;
};

// A table as the changes that follow in the log have it.
struct Relation {
  RelationMessage description;
  TableFacts facts = {};
  TableTreatment treatment = {};
  std::vector<std::string> types = {};  // of its columns
  std::vector<std::string> key = {};    // in effect

  // The columns that the log does not have.
  std::vector<std::string> untold = {};

  // Where it belonged is not known: only everything covers its changes.
  bool is_unknown = false;

  // Its key is another one than before. Which of them an earlier change had is not known, so the
  // whole table is concerned.
  bool key_changed = false;
};

// What is known of tables, for when the catalog no longer has it. By oid.
using KnownTables = std::map<uint32_t, TableFacts>;

// Combines what the log and the catalog say. `known` is asked for what the catalog has forgotten,
// and learns. Fails with the error of a lookup.
absl::StatusOr<Relation> Learn(RelationMessage description, const CatalogLookup& catalog,
                               const TableRules& rules, KnownTables& known);

// Returns the change of a row for WritesOf. Fails with INVALID_ARGUMENT if the message has not the
// columns of the relation. Pure.
absl::StatusOr<change::RowChange> ChangeOf(const Relation& relation, RowMessage message);

// Returns a change of the whole table.
change::RowChange TruncateOf(const Relation& relation);

}  // namespace cache_invalidation::connect

#endif  // CACHE_INVALIDATION_CLIENT_CONNECT_POSTGRES_RELATION_H_
