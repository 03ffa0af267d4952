// SPDX-License-Identifier: Apache-2.0

#include "client/connect/postgres/catalog.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/substitute.h"

namespace cache_invalidation::connect {
namespace {

// A row for each column of the key, as PostgreSQL itself uses it: an index that is valid and not
// deferrable. In the order of the root's columns, which is that of the ids that readers form.
constexpr char kFacts[] = R"(
select rn.nspname, r.relname,
  exists (select from pg_publication_tables p
          where p.pubname = $2 and p.schemaname = n.nspname and p.tablename = c.relname),
  key.attname
from pg_class c join pg_namespace n on n.oid = c.relnamespace
  join pg_class r on r.oid = coalesce(pg_partition_root(c.oid), c.oid)
  join pg_namespace rn on rn.oid = r.relnamespace
  left join (
    select i.indrelid, a.attname, a.attnum from pg_index i
      join pg_attribute a on a.attrelid = i.indrelid
                         and a.attnum = any ((i.indkey::int2[])[0:i.indnkeyatts - 1])
    where i.indisprimary and i.indimmediate and i.indisvalid) key on key.indrelid = c.oid
  left join pg_attribute ra on ra.attrelid = r.oid and ra.attname = key.attname
where c.oid = $1::oid order by ra.attnum, key.attnum)";

constexpr char kColumns[] = R"(
select attname from pg_attribute where attrelid = $1::oid and attnum > 0 and not attisdropped
order by attnum)";

// A domain has the text of its base type, which another domain can be.
constexpr char kType[] = R"(
with recursive type(oid, base) as (
  select oid, case typtype when 'd' then typbasetype else 0 end from pg_type where oid = $1::oid
  union all
  select t.oid, case t.typtype when 'd' then t.typbasetype else 0 end
  from type join pg_type t on t.oid = type.base)
select format_type(oid, null) from type where base = 0)";

// A lost slot keeps nothing.
constexpr char kSlot[] = R"(
select confirmed_flush_lsn, wal_status = 'lost', active, plugin, database = current_database(),
  coalesce(case when pg_is_in_recovery() then pg_last_wal_replay_lsn() else pg_current_wal_lsn() end
           - restart_lsn, 0)::bigint
from pg_replication_slots where slot_name = $1)";

constexpr char kPublication[] = R"(
select concat_ws(' ', oid, xmin, pubinsert, pubupdate, pubdelete, pubtruncate, pubviaroot),
  not (pubinsert and pubupdate and pubdelete and pubtruncate) or exists (
    select from pg_publication_rel r where r.prpubid = p.oid and to_jsonb(r) ->> 'prqual' <> '')
from pg_publication p where pubname = $1)";

// Schemas can be published since PostgreSQL 15.
constexpr char kPublished[] = R"(
select p.schemaname || '.' || p.tablename, rn.nspname, r.relname,
  string_agg(concat_ws(' ', c.oid, pr.oid, pr.xmin$0), ',' order by pr.oid)
from pg_publication_tables p join pg_publication b on b.pubname = p.pubname
  join pg_namespace n on n.nspname = p.schemaname
  join pg_class c on c.relname = p.tablename and c.relnamespace = n.oid
  join pg_class r on r.oid = coalesce(pg_partition_root(c.oid), c.oid)
  join pg_namespace rn on rn.oid = r.relnamespace
  left join pg_publication_rel pr on pr.prpubid = b.oid and pr.prrelid in (c.oid, r.oid)
  $1
where p.pubname = $$1 group by 1, 2, 3)";

constexpr int kSchemasArePublishedFrom = 150'000;
constexpr char kSchemas[] =
    "left join pg_publication_namespace pn on pn.pnpubid = b.oid and pn.pnnspid = n.oid";

constexpr char kOpen[] = R"(
select coalesce(string_agg(what, ', '), 'none') from (
  select 'process ' || pid from pg_stat_activity where backend_xid is not null
  union all select 'prepared transaction ' || gid from pg_prepared_xacts) open(what))";

std::string TextOf(const Values& row, size_t column) { return row.at(column).value_or(""); }
bool IsTrue(const Values& row, size_t column) { return TextOf(row, column) == "t"; }

}  // namespace

CatalogLookup Catalog::lookup() {
  return {.table = [this](uint32_t oid) { return FactsOf(oid); },
          .type = [this](uint32_t oid) { return TypeOf(oid); }};
}

absl::StatusOr<TableFacts> Catalog::FactsOf(uint32_t oid) {
  const auto rows = connection_.Query(kFacts, {absl::StrCat(oid), publication_});
  if (!rows.ok()) return rows.status();
  if (rows->empty()) return TableFacts();
  const Values& row = rows->front();
  TableFacts out{.published = IsTrue(row, 2), .schema = TextOf(row, 0), .table = TextOf(row, 1)};
  for (const Values& column : *rows) {
    if (column.at(3).has_value()) out.key.push_back(*column.at(3));
  }
  const auto columns = connection_.Query(kColumns, {absl::StrCat(oid)});
  if (!columns.ok()) return columns.status();
  for (const Values& column : *columns) out.columns.push_back(TextOf(column, 0));
  return out;
}

absl::StatusOr<std::string> Catalog::TypeOf(uint32_t oid) {
  if (const auto place = types_.find(oid); place != types_.end()) return place->second;
  const auto rows = connection_.Query(kType, {absl::StrCat(oid)});
  if (!rows.ok()) return rows.status();
  if (rows->empty()) return std::string();
  return types_[oid] = TextOf(rows->front(), 0);
}

absl::StatusOr<std::optional<SlotView>> Catalog::Slot() {
  const auto rows = connection_.Query(kSlot, {slot_});
  if (!rows.ok()) return rows.status();
  if (rows->empty()) return std::nullopt;
  const Values& row = rows->front();
  if (TextOf(row, 3) != "pgoutput" || !IsTrue(row, 4)) {
    return absl::FailedPreconditionError(
        absl::StrCat("the slot ", slot_, " is not one of pgoutput in this database"));
  }
  uint64_t retained = 0;
  // Below zero only on a standby that replays, behind what the slot has read.
  if (!absl::SimpleAtoi(TextOf(row, 5), &retained)) retained = 0;
  return SlotView{.confirmed = ParseLsn(TextOf(row, 0)).value_or(0),
                  .retained_bytes = retained,
                  .lost = IsTrue(row, 1),
                  .active = IsTrue(row, 2)};
}

absl::StatusOr<Publication> Catalog::CurrentPublication() {
  Publication out;
  const auto definition = connection_.Query(kPublication, {publication_});
  if (!definition.ok()) return definition.status();
  if (definition->empty()) return out;
  out.definition = TextOf(definition->front(), 0);
  out.leaves_out = IsTrue(definition->front(), 1);
  const bool has_schemas = connection_.server_version() >= kSchemasArePublishedFrom;
  const auto tables =
      connection_.Query(absl::Substitute(kPublished, has_schemas ? ", pn.oid, pn.xmin" : "",
                                         has_schemas ? kSchemas : ""),
                        {publication_});
  if (!tables.ok()) return tables.status();
  for (const Values& row : *tables) {
    out.tables[TextOf(row, 0)] = {TextOf(row, 1), TextOf(row, 2), TextOf(row, 3)};
  }
  return out;
}

absl::StatusOr<std::string> Catalog::Value(const std::string& statement) {
  const auto rows = connection_.Query(statement);
  if (!rows.ok()) return rows.status();
  if (rows->empty()) return absl::InternalError("no row where there is always one");
  return TextOf(rows->front(), 0);
}

absl::StatusOr<Snapshot> Catalog::CurrentSnapshot() {
  const auto text = Value("select pg_current_snapshot()");
  if (!text.ok()) return text.status();
  std::optional<Snapshot> snapshot = Snapshot::Parse(*text);
  if (!snapshot.has_value()) return absl::InternalError("a snapshot is xmin:xmax:xip");
  return *std::move(snapshot);
}

absl::StatusOr<std::string> Catalog::OpenTransactions() { return Value(kOpen); }

}  // namespace cache_invalidation::connect
