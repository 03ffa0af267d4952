// SPDX-License-Identifier: Apache-2.0

#include "client/connect/postgres/relation.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace cache_invalidation::connect {
namespace {

using change::ColumnValue;
using change::Row;
using change::RowChange;
using Action = change::RowChange::Action;

std::vector<std::string> KeyOf(const Relation& relation) {
  const std::vector<std::string>& known = relation.facts.key;
  if (!relation.treatment.key.empty()) return relation.treatment.key;
  // With the default identity the flags report the key, and are of the time of the change.
  if (relation.description.identity != 'd') return known;
  std::vector<std::string> key;
  for (const RelationMessage::Column& column : relation.description.columns) {
    if (column.in_identity) key.push_back(column.name);
  }
  if (key.empty()) return known;
  // In the order that the catalog has, which is the root's for a partition.
  const auto place = [&](const std::string& name) {
    return std::find(known.begin(), known.end(), name) - known.begin();
  };
  std::stable_sort(key.begin(), key.end(),
                   [&](const auto& a, const auto& b) { return place(a) < place(b); });
  return key;
}

// `only_identity`: the other values of the tuple mean nothing.
Row RowOf(const Relation& relation, Tuple tuple, bool only_identity) {
  Row row;
  for (size_t i = 0; i < tuple.size(); ++i) {
    const RelationMessage::Column& column = relation.description.columns[i];
    if (only_identity && !column.in_identity) continue;
    row.push_back({column.name, relation.types[i], std::move(tuple[i])});
  }
  return row;
}

// The identity of an update that does not report it: it did not change.
Row UnchangedIdentity(const Relation& relation, const Row& after) {
  Row row;
  for (size_t i = 0; i < after.size(); ++i) {
    if (!relation.description.columns[i].in_identity) continue;
    row.push_back(after[i]);
    // The value is neither in this row nor in another one.
    if (row.back().value.kind == ColumnValue::Kind::kUnchanged) row.pop_back();
  }
  return row;
}

std::vector<std::string> UntoldColumns(const Relation& relation) {
  std::vector<std::string> untold;
  const std::vector<RelationMessage::Column>& told = relation.description.columns;
  for (const std::string& name : relation.facts.columns) {
    const auto has_name = [&](const RelationMessage::Column& column) {
      return column.name == name;
    };
    if (std::none_of(told.begin(), told.end(), has_name)) untold.push_back(name);
  }
  return untold;
}

bool HasColumnsOf(const RelationMessage& description, const RowMessage& message) {
  const size_t columns = description.columns.size();
  return (message.old_kind == 0 || message.old.size() == columns) &&
         (message.action == Action::kDelete || message.now.size() == columns);
}

}  // namespace

absl::StatusOr<Relation> Learn(RelationMessage description, const CatalogLookup& catalog,
                               const TableRules& rules, KnownTables& known) {
  Relation out{.description = std::move(description)};
  const uint32_t oid = out.description.oid;
  absl::StatusOr<TableFacts> facts = catalog.table(oid);
  if (!facts.ok()) return facts.status();
  const auto before = known.find(oid);
  const bool is_known = before != known.end();
  out.facts = !facts->published && is_known ? before->second : *std::move(facts);
  out.is_unknown = !out.facts.published;
  for (const RelationMessage::Column& column : out.description.columns) {
    absl::StatusOr<std::string> type = catalog.type(column.type_oid);
    if (!type.ok()) return type.status();
    out.types.push_back(*std::move(type));
  }
  if (out.is_unknown) return out;
  out.untold = UntoldColumns(out);
  out.treatment = rules.Of(out.facts.schema, out.facts.table);
  out.key = KeyOf(out);
  out.key_changed = is_known && before->second.key != out.facts.key;
  known[oid] = out.facts;
  return out;
}

absl::StatusOr<RowChange> ChangeOf(const Relation& relation, RowMessage message) {
  const RelationMessage& description = relation.description;
  if (!HasColumnsOf(description, message)) {
    return absl::InvalidArgumentError(absl::StrCat("a row of ", description.schema, ".",
                                                   description.table,
                                                   " has not the columns that were announced"));
  }
  const bool all_told =
      relation.untold.empty() && description.columns.size() == relation.facts.columns.size();
  const bool has_old_row = message.old_kind == 'O';
  RowChange change{.action = message.action,
                   .schema = relation.facts.schema,
                   .table = relation.facts.table,
                   .before_is_whole = has_old_row && all_told,
                   .untold = relation.untold,
                   .key = relation.key};
  if (message.action != Action::kDelete) {
    change.after = RowOf(relation, std::move(message.now), /*only_identity=*/false);
    change.after_is_whole = all_told;
  }
  if (message.old_kind != 0) {
    change.before = RowOf(relation, std::move(message.old), /*only_identity=*/!has_old_row);
  } else if (message.action == Action::kUpdate) {
    change.before = UnchangedIdentity(relation, change.after);
  }
  return change;
}

RowChange TruncateOf(const Relation& relation) {
  return {
      .action = Action::kTruncate, .schema = relation.facts.schema, .table = relation.facts.table};
}

}  // namespace cache_invalidation::connect
