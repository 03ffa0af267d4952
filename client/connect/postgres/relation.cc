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

// With the default identity the flags report the key, and are of the time of the change.
std::vector<std::string> IdentityColumns(const RelationMessage& description) {
  std::vector<std::string> out;
  for (const RelationMessage::Column& column : description.columns) {
    if (column.in_identity) out.push_back(column.name);
  }
  return out;
}

// Gives the key the order that the catalog has, which is the root's for a partition.
void OrderAs(const std::vector<std::string>& order, std::vector<std::string>& key) {
  const auto place = [&](const std::string& name) {
    return std::find(order.begin(), order.end(), name) - order.begin();
  };
  std::stable_sort(key.begin(), key.end(),
                   [&](const auto& a, const auto& b) { return place(a) < place(b); });
}

std::vector<std::string> KeyOf(const Relation& relation) {
  if (!relation.treatment.key.empty()) return relation.treatment.key;
  const bool flags_are_the_key = relation.description.identity == 'd';
  std::vector<std::string> key = IdentityColumns(relation.description);
  if (!flags_are_the_key || key.empty()) return relation.facts.key;
  OrderAs(relation.facts.key, key);
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

bool HasColumnsOf(const RelationMessage& description, const RowMessage& message) {
  const size_t columns = description.columns.size();
  return (message.old_kind == 0 || message.old.size() == columns) &&
         (message.action == Action::kDelete || message.now.size() == columns);
}

}  // namespace

absl::StatusOr<LearnedRelation> Learn(RelationMessage description, const CatalogLookup& catalog,
                                      const TableRules& rules, KnownTables& known) {
  LearnedRelation out;
  Relation& relation = out.relation;
  relation.description = std::move(description);
  const uint32_t oid = relation.description.oid;
  absl::StatusOr<TableFacts> facts = catalog.table(oid);
  if (!facts.ok()) return facts.status();
  const auto before = known.find(oid);
  if (!facts->published && before != known.end()) *facts = before->second;
  out.unknown = !facts->published;
  relation.facts = *std::move(facts);
  if (out.unknown) {
    relation.facts.schema = relation.description.schema;
    relation.facts.table = relation.description.table;
  }
  for (const RelationMessage::Column& column : relation.description.columns) {
    absl::StatusOr<std::string> type = catalog.type(column.type_oid);
    if (!type.ok()) return type.status();
    relation.types.push_back(*std::move(type));
  }
  relation.treatment = rules.Of(relation.facts.schema, relation.facts.table);
  relation.key = KeyOf(relation);
  if (out.unknown) return out;
  out.key_changed = before != known.end() && before->second.key != relation.facts.key;
  known[oid] = relation.facts;
  return out;
}

absl::StatusOr<RowChange> ChangeOf(const Relation& relation, RowMessage message) {
  const RelationMessage& description = relation.description;
  if (!HasColumnsOf(description, message)) {
    return absl::InvalidArgumentError(absl::StrCat("a row of ", description.schema, ".",
                                                   description.table,
                                                   " has not the columns that were announced"));
  }
  const bool all_told = description.columns.size() == relation.facts.columns;
  const bool has_old_row = message.old_kind == 'O';
  RowChange change{.action = message.action,
                   .schema = relation.facts.schema,
                   .table = relation.facts.table,
                   .before_is_whole = has_old_row && all_told,
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
