// SPDX-License-Identifier: Apache-2.0

#include "tests/truth/transactions.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/substitute.h"

namespace cache_invalidation::truth {
namespace {

std::vector<Column> AllColumns(const Table& table) {
  std::vector<Column> out = table.key;
  out.insert(out.end(), table.columns.begin(), table.columns.end());
  return out;
}

std::string Names(const std::vector<Column>& columns, const std::string& prefix = "") {
  return absl::StrJoin(columns, ", ", [&](std::string* out, const Column& column) {
    absl::StrAppend(out, prefix, column.name);
  });
}

// "c = EXCLUDED.c, ..."
std::string FromRow(const std::vector<Column>& columns, const std::string& row) {
  return absl::StrJoin(columns, ", ", [&](std::string* out, const Column& column) {
    absl::StrAppend(out, column.name, " = ", row, ".", column.name);
  });
}

std::string Upsert(const Table& table) {
  return absl::Substitute(" ON CONFLICT ($0) DO UPDATE SET $1", Names(table.key),
                          FromRow(table.columns, "EXCLUDED"));
}

}  // namespace

Transaction Transactions::Next() {
  Transaction out;
  out.is_rolled_back = OneIn(12);
  const size_t size = OneIn(3) ? 2 + Below(4) : 1;
  for (size_t i = 0; i < size; ++i) {
    Statement statement = Random();
    if (!OneIn(8)) {
      out.statements.push_back(std::move(statement));
      continue;
    }
    // Taken back, or kept although it was in a part that could have been taken back.
    out.statements.push_back({.sql = "SAVEPOINT part"});
    out.statements.push_back(std::move(statement));
    out.statements.push_back(
        {.sql = OneIn(2) ? "ROLLBACK TO SAVEPOINT part" : "RELEASE SAVEPOINT part"});
  }
  return out;
}

std::vector<Statement> Transactions::Fill() {
  std::vector<Statement> out;
  for (const Table& table : Tables()) out.push_back({.sql = FillOf(table)});
  return out;
}

const Table& Transactions::AnyTable() {
  size_t total = 0;
  for (const Table& table : Tables()) total += table.weight;
  size_t at = Below(total);
  for (const Table& table : Tables()) {
    if (at < static_cast<size_t>(table.weight)) return table;
    at -= table.weight;
  }
  return Tables().front();
}

const Table& Transactions::AnyKeyedTable() {
  const Table* table = &AnyTable();
  while (table->key.empty()) table = &AnyTable();
  return *table;
}

std::string Transactions::RandomRow(const Table& table) {
  return "SELECT " +
         absl::StrJoin(AllColumns(table), ", ", [&](std::string* out, const Column& column) {
           absl::StrAppend(out, OneOf(column.values), "::", column.type, " AS ", column.name);
         });
}

std::string Transactions::RandomKey(const Table& table) {
  return absl::StrJoin(table.key, " AND ", [&](std::string* out, const Column& column) {
    absl::StrAppend(out, column.name, " = ", OneOf(column.values), "::", column.type);
  });
}

std::string Transactions::RandomAssignments(const Table& table) {
  std::vector<Column> columns = table.columns;
  std::shuffle(columns.begin(), columns.end(), random_);
  columns.resize(std::min(columns.size(), 1 + Below(3)));
  return absl::StrJoin(columns, ", ", [&](std::string* out, const Column& column) {
    absl::StrAppend(out, column.name, " = ", OneOf(column.values), "::", column.type);
  });
}

Statement Transactions::Random() {
  const size_t kind = Below(100);
  if (kind < 20) return {.sql = Insert()};
  if (kind < 55) return {.sql = Update()};
  if (kind < 60) return {.sql = UpdateOfMany()};
  if (kind < 65) return {.sql = UpdateOfNothing()};
  if (kind < 73) return {.sql = Delete()};
  if (kind < 79) return {.sql = ChangeOfKey()};
  if (kind < 85) return {.sql = Merge()};
  if (kind < 92) return {.sql = InOneStatement()};
  if (kind < 95) {
    const Table& table = AnyTable();
    return {.sql = absl::StrCat(RandomRow(table), " UNION ALL ", RandomRow(table)),
            .copy_into = absl::StrCat(table.name, " (", Names(AllColumns(table)), ")")};
  }
  if (kind < 98) return {.sql = FillOf(AnyTable())};
  return {.sql = Truncate()};
}

std::string Transactions::Insert() {
  const Table& table = AnyTable();
  std::string out = absl::Substitute("INSERT INTO $0 ($1) $2", table.name, Names(AllColumns(table)),
                                     RandomRow(table));
  if (table.key.empty() || OneIn(3)) return out;
  return out + (OneIn(2) ? " ON CONFLICT DO NOTHING" : Upsert(table));
}

std::string Transactions::Update() {
  const Table& table = AnyKeyedTable();
  return absl::Substitute("UPDATE $0 SET $1 WHERE $2", table.name, RandomAssignments(table),
                          RandomKey(table));
}

std::string Transactions::UpdateOfMany() {
  const Table& table = AnyKeyedTable();
  const Column& column = table.key.back();
  return absl::Substitute("UPDATE $0 SET $1 WHERE $2::text > ($3)::text", table.name,
                          RandomAssignments(table), column.name, OneOf(column.values));
}

std::string Transactions::UpdateOfNothing() {
  const Table& table = AnyKeyedTable();
  const Column& column = table.columns[Below(table.columns.size())];
  return absl::Substitute("UPDATE $0 SET $1 = $1 WHERE $2", table.name, column.name,
                          RandomKey(table));
}

std::string Transactions::Delete() {
  const Table& table = AnyKeyedTable();
  return absl::Substitute("DELETE FROM $0 WHERE $1", table.name, RandomKey(table));
}

// Cascades where others refer to it, and moves rows between partitions.
std::string Transactions::ChangeOfKey() {
  const Table& table = AnyKeyedTable();
  const Column& column = table.key[Below(table.key.size())];
  std::string out = absl::Substitute("UPDATE $0 SET $1 = $2::$3", table.name, column.name,
                                     OneOf(column.values), column.type);
  if (OneIn(3)) absl::StrAppend(&out, ", ", RandomAssignments(table));
  return absl::StrCat(out, " WHERE ", RandomKey(table));
}

std::string Transactions::Merge() {
  const Table& table = AnyKeyedTable();
  const std::string same =
      absl::StrJoin(table.key, " AND ", [](std::string* out, const Column& column) {
        absl::StrAppend(out, "t.", column.name, " = s.", column.name);
      });
  const std::string matched = OneIn(4) ? "DELETE" : "UPDATE SET " + FromRow(table.columns, "s");
  return absl::Substitute(
      "MERGE INTO $0 t USING ($1 UNION ALL $2 LIMIT $3) s ON $4 WHEN MATCHED THEN $5 "
      "WHEN NOT MATCHED THEN INSERT ($6) VALUES ($7)",
      table.name, RandomRow(table), RandomRow(table), 1 + Below(2), same, matched,
      Names(AllColumns(table)), Names(AllColumns(table), "s."));
}

// Several tables by one statement.
std::string Transactions::InOneStatement() {
  const Table& from = AnyKeyedTable();
  switch (Below(3)) {
    case 0:
      return absl::Substitute(
          "WITH gone AS (DELETE FROM $0 WHERE $1 RETURNING 1) "
          "INSERT INTO audit_log (what, actor, at) SELECT 'gone', count(*)::int, now() FROM gone",
          from.name, RandomKey(from));
    case 1: {
      const Table& to = AnyKeyedTable();
      return absl::Substitute(
          "WITH moved AS (UPDATE $0 SET $1 WHERE $2 RETURNING 1) UPDATE $3 SET $4 WHERE $5 AND "
          "EXISTS (SELECT FROM moved)",
          from.name, RandomAssignments(from), RandomKey(from), to.name, RandomAssignments(to),
          RandomKey(to));
    }
    default:
      return absl::Substitute(
          "WITH moved AS (UPDATE bookings SET customer_id = $0 WHERE id < $1 RETURNING id) "
          "UPDATE tickets SET holder_id = $2 FROM moved WHERE tickets.booking_id = moved.id",
          "(SELECT min(id) FROM customers WHERE id > " + absl::StrCat(Below(12)) + ")", Below(16),
          1 + Below(6));
  }
}

std::string Transactions::Truncate() {
  static const std::vector<std::string> kStatements = {"TRUNCATE audit_log",
                                                       "TRUNCATE tickets, reviews",
                                                       "TRUNCATE billing.ledger_2023",
                                                       "TRUNCATE billing.ledger",
                                                       "TRUNCATE media, readings",
                                                       "TRUNCATE settings",
                                                       "TRUNCATE bookings CASCADE",
                                                       "TRUNCATE shows CASCADE",
                                                       "TRUNCATE promo_codes, price_levels"};
  return OneOf(kStatements);
}

std::string Transactions::FillOf(const Table& table) {
  std::vector<std::string> rows;
  for (int i = 0; i < 24; ++i) rows.push_back(RandomRow(table));
  // Of rows with the same key any one counts.
  const std::string chosen =
      table.key.empty() ? "*" : absl::StrCat("DISTINCT ON (", Names(table.key), ") *");
  std::string out =
      absl::Substitute("INSERT INTO $0 ($1) SELECT $2 FROM ($3) r", table.name,
                       Names(AllColumns(table)), chosen, absl::StrJoin(rows, " UNION ALL "));
  // What the rows refer to may be gone.
  for (const Column& column : table.key) {
    if (column.name == "booking_id") out += " WHERE booking_id IN (SELECT id FROM bookings)";
    if (column.name == "show_id") out += " WHERE show_id IN (SELECT id FROM shows)";
    if (column.name == "artist_id") out += " AND artist_id IN (SELECT id FROM artists)";
  }
  return table.key.empty() ? out : out + " ON CONFLICT DO NOTHING";
}

}  // namespace cache_invalidation::truth
