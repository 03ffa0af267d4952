// SPDX-License-Identifier: Apache-2.0

#include "client/connect/postgres/preflight.h"

#include "absl/strings/str_cat.h"
#include "client/connect/postgres/postgres_connection.h"
#include "client/connect/postgres/source_state.h"

namespace cache_invalidation::connect {
namespace {

using Kind = PostgresConnection::Kind;

// What is wrong, a row each: whether it is an error, a sentence, and the SQL that cures it.
constexpr char kFindings[] = R"(
with option(publication, slot, unbounded, prefix) as (
    values ($1::text, $2::text, $3::bool, $4::text)),
  publication as (select p.* from pg_publication p join option on pubname = publication),
  slot as (
    select s.*, plugin = 'pgoutput' and database = current_database() as usable
    from pg_replication_slots s join option on slot_name = slot),
  published as (
    select c.oid, format('%I.%I', t.schemaname, t.tablename) as name, c.relreplident as identity
    from pg_publication_tables t join option on t.pubname = publication
      join pg_namespace n on n.nspname = t.schemaname
      join pg_class c on c.relname = t.tablename and c.relnamespace = n.oid),
  emit as (
    select oid::regprocedure as function, coalesce(proacl, acldefault('f', proowner)) as acl
    from pg_proc where oid = 'pg_catalog.pg_logical_emit_message(bool, text, text)'::regprocedure)
-- Messages of applications are in the log since this version.
select true, 'PostgreSQL 14 or later is needed', ''
where current_setting('server_version_num')::int < 140000
union all
select true, 'wal_level is not logical; it needs a restart of PostgreSQL',
  'ALTER SYSTEM SET wal_level = logical;'
where current_setting('wal_level') <> 'logical'
union all
select true, 'this server is a standby', '' where pg_is_in_recovery()
union all
select not unbounded, 'max_slot_wal_keep_size is -1: while the connector is away, its slot keeps '
  'log until the disk is full',
  'ALTER SYSTEM SET max_slot_wal_keep_size = ''20GB''; SELECT pg_reload_conf();'
from option where current_setting('max_slot_wal_keep_size') = '-1'
union all
select false, 'prepared transactions are open, and a new slot waits for them: '
  || string_agg(gid, ', '), ''
from pg_prepared_xacts
where database = current_database() and prepared < now() - interval '1 minute'
having count(*) > 0
union all
select true, format('the role %s may not replicate', rolname),
  format('ALTER ROLE %I REPLICATION;', rolname)
from pg_roles where rolname = current_user and not rolreplication and not rolsuper
union all
select true, 'there is no publication ' || publication, format('CREATE PUBLICATION %I FOR TABLE '
  '...;  -- each table that is cached; before the slot', publication)
from option where not exists (select from publication)
union all
select true, 'the publication leaves out inserts, updates, deletes or truncates: they are lost',
  format('ALTER PUBLICATION %I SET (publish = ''insert, update, delete, truncate'');', pubname)
from publication where not (pubinsert and pubupdate and pubdelete and pubtruncate)
union all
-- Rows can be filtered, and columns be listed, since PostgreSQL 15.
select is_error, format(sentence, prrelid::regclass),
  format('ALTER PUBLICATION %I DROP TABLE %s; ALTER PUBLICATION %1$I ADD TABLE %2$s;', pubname,
    prrelid::regclass)
from publication p join pg_publication_rel r on r.prpubid = p.oid, (values
  ('prqual', true, 'the publication leaves out rows of %s: what happens to them is lost'),
  ('prattrs', false, 'the publication leaves out columns of %s: conditions that read them hold')
  ) part(name, is_error, sentence)
where to_jsonb(r) ->> part.name <> ''
union all
select true, 'publish_via_partition_root is on: the TRUNCATE of a partition is lost',
  format('ALTER PUBLICATION %I SET (publish_via_partition_root = false);', pubname)
from publication where pubviaroot
union all
select false, 'the publication has all tables: an UPDATE of a new table without a replica identity '
  'fails in the application', ''
from publication where puballtables
union all
select false, 'the publication has no tables', ''
from publication where not exists (select from published)
union all
-- PostgreSQL refuses what it could not report the row of.
select true, name || ' has no replica identity: its UPDATEs and DELETEs fail in the application',
  format('SET lock_timeout = ''2s''; ALTER TABLE %s REPLICA IDENTITY FULL;', name)
from published, publication
where (pubupdate or pubdelete) and identity <> 'f' and not exists (
  select from pg_index i where i.indrelid = published.oid and i.indisvalid and case identity
    when 'd' then i.indisprimary and i.indimmediate when 'i' then i.indisreplident else false end)
union all
-- An update can change the key without a trace.
select false, name || ' has an index as replica identity that is not the primary key: each UPDATE '
  'concerns the whole type',
  format('SET lock_timeout = ''2s''; ALTER TABLE %s REPLICA IDENTITY FULL;', name)
from published join pg_index i on i.indrelid = published.oid
where identity = 'i' and i.indisreplident and not i.indisprimary
union all
select false, 'changes of unlogged tables are not in the log: '
  || string_agg(format('%I.%I', n.nspname, c.relname), ', ' order by n.nspname, c.relname), ''
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind = 'r' and c.relpersistence = 'u' having count(*) > 0
union all
select false, format('there is no slot %s: the start creates it and invalidates everything', slot),
  ''
from option where not exists (select from slot)
union all
select true, 'all replication slots are in use; it needs a restart of PostgreSQL',
  'ALTER SYSTEM SET max_replication_slots = 20;'
where not exists (select from slot)
  and (select count(*) from pg_replication_slots) >= current_setting('max_replication_slots')::int
union all
select true, format('the slot %s is not one of pgoutput in this database', slot_name), ''
from slot where not usable
union all
select false, 'PostgreSQL has given the slot up: the start replaces it and invalidates everything',
  ''
from slot where usable and wal_status = 'lost'
union all
select false, format('PostgreSQL is about to give the slot up; it is %s bytes behind',
  pg_current_wal_lsn() - confirmed_flush_lsn), ''
from slot where usable and wal_status = 'unreserved'
union all
select false, 'every role may write messages, and so invalidate what it names',
  format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC;  -- and GRANT it to the application''s role',
    function)
from emit, option
where prefix <> '' and exists (select from aclexplode(acl) where grantee = 0))";

Finding Wrong(absl::string_view what, const absl::Status& status) {
  return {.sentence = absl::StrCat(what, ": ", status.message())};
}

std::vector<Finding> CheckDatabase(const SourceOptions& options, const Clock& clock) {
  const auto connect = [&](Kind kind) {
    return PostgresConnection::Connect(options.postgres, kind, /*interrupt=*/-1, clock);
  };
  const auto sql = connect(Kind::kSql);
  if (!sql.ok()) return {Wrong("database", sql.status())};
  std::vector<Finding> findings;
  const auto replication = connect(Kind::kReplication);
  if (!replication.ok()) findings.push_back(Wrong("replication", replication.status()));
  const auto rows = (*sql)->Query(
      kFindings, {options.publication, options.slot, options.allow_unbounded_wal ? "true" : "false",
                  options.outbox.prefix});
  if (!rows.ok()) findings.push_back(Wrong("database", rows.status()));
  for (const Values& row : rows.value_or(std::vector<Values>())) {
    findings.push_back({.is_error = row.at(0) == "t",
                        .sentence = row.at(1).value_or(""),
                        .sql = row.at(2).value_or("")});
  }
  return findings;
}

}  // namespace

std::vector<Finding> CheckSource(const SourceOptions& options, const Clock& clock) {
  std::vector<Finding> findings = CheckDatabase(options, clock);
  const auto state = ReadState(options.state_file);
  if (!state.ok()) {
    findings.push_back(Wrong("state file", state.status()));
  } else if (!state->has_value()) {
    findings.push_back({.is_error = false,
                        .sentence = "there is no state file: the start invalidates everything. If "
                                    "it is lost at every deploy, keep it on a volume"});
  }
  return findings;
}

}  // namespace cache_invalidation::connect
