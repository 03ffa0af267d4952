#include "client/connect/postgres/preflight.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace cache_invalidation::connect {
namespace {

using Severity = Finding::Severity;

// Messages of applications are in the log since this version.
constexpr int kOldestVersion = 140'000;

// Published tables whose updates and deletes PostgreSQL refuses, because it could not report which
// row they change.
constexpr char kWithoutIdentity[] = R"(
select format('%I.%I', p.schemaname, p.tablename)
from pg_publication_tables p join pg_publication b on b.pubname = p.pubname
  join pg_namespace n on n.nspname = p.schemaname
  join pg_class c on c.relname = p.tablename and c.relnamespace = n.oid
where p.pubname = $1 and (b.pubupdate or b.pubdelete) and c.relreplident <> 'f' and not exists (
  select from pg_index i where i.indrelid = c.oid and i.indisvalid and case c.relreplident
    when 'd' then i.indisprimary and i.indimmediate when 'i' then i.indisreplident else false end)
order by 1)";

// Those whose key an update can change without a trace.
constexpr char kIndexIdentity[] = R"(
select format('%I.%I', p.schemaname, p.tablename)
from pg_publication_tables p join pg_namespace n on n.nspname = p.schemaname
  join pg_class c on c.relname = p.tablename and c.relnamespace = n.oid
  join pg_index i on i.indrelid = c.oid and i.indisreplident and not i.indisprimary
where p.pubname = $1 and c.relreplident = 'i' order by 1)";

constexpr char kUnlogged[] = R"(
select format('%I.%I', n.nspname, c.relname) from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
where c.relkind = 'r' and c.relpersistence = 'u' order by 1)";

class Questions {
 public:
  Questions(PostgresConnection& sql, const SourceOptions& options) : sql_(sql), options_(options) {}

  absl::StatusOr<std::vector<Finding>> Run() {
    if (sql_.server_version() < kOldestVersion) Error("PostgreSQL 14 or later is needed");
    AskServer();
    AskRole();
    AskPublication();
    AskTables();
    AskSlot();
    AskOutbox();
    if (!status_.ok()) return status_;
    return std::move(findings_);
  }

 private:
  std::vector<Values> Rows(const std::string& statement,
                           const std::vector<std::string>& parameters = {}) {
    if (!status_.ok()) return {};
    absl::StatusOr<std::vector<Values>> rows = sql_.Query(statement, parameters);
    if (rows.ok()) return *std::move(rows);
    status_ = rows.status();
    return {};
  }
  std::string Value(const std::string& statement, const std::vector<std::string>& parameters = {}) {
    const std::vector<Values> rows = Rows(statement, parameters);
    return rows.empty() ? "" : rows[0].at(0).value_or("");
  }
  void Error(std::string sentence, std::string sql = "") {
    findings_.push_back({Severity::kError, std::move(sentence), std::move(sql)});
  }
  void Warning(std::string sentence, std::string sql = "") {
    findings_.push_back({Severity::kWarning, std::move(sentence), std::move(sql)});
  }

  void AskServer() {
    if (Value("show wal_level") != "logical") {
      Error("wal_level is not logical; it needs a restart of PostgreSQL",
            "ALTER SYSTEM SET wal_level = logical;");
    }
    if (Value("select pg_is_in_recovery()") == "t") Error("this server is a standby");
    if (Value("show max_slot_wal_keep_size") == "-1") {
      std::string sentence =
          "max_slot_wal_keep_size is -1: while the connector is away, its slot keeps log until the "
          "disk is full";
      const std::string sql =
          "ALTER SYSTEM SET max_slot_wal_keep_size = '20GB'; SELECT pg_reload_conf();";
      options_.allow_unbounded_wal ? Warning(sentence, sql) : Error(sentence, sql);
    }
    const std::string prepared = Value(
        "select string_agg(gid, ', ') from pg_prepared_xacts where database = "
        "current_database() and prepared < now() - interval '1 minute'");
    if (!prepared.empty()) {
      Warning(absl::StrCat("prepared transactions are open, and a new slot waits for them: ",
                           prepared));
    }
  }

  void AskRole() {
    if (Value("select rolreplication or rolsuper from pg_roles where rolname = current_user") ==
        "f") {
      const std::string role = Value("select current_user");
      Error(absl::StrCat("the role ", role, " may not replicate"),
            absl::StrCat("ALTER ROLE ", PostgresConnection::QuoteName(role), " REPLICATION;"));
    }
  }

  void AskPublication() {
    const std::string name = PostgresConnection::QuoteName(options_.publication);
    const std::vector<Values> rows = Rows(
        "select pubinsert and pubupdate and pubdelete and pubtruncate, pubviaroot, puballtables "
        "from pg_publication where pubname = $1",
        {options_.publication});
    if (!status_.ok()) return;
    if (rows.empty()) {
      return Error(absl::StrCat("there is no publication ", options_.publication),
                   absl::StrCat("CREATE PUBLICATION ", name,
                                " FOR TABLE ...;  -- each table that is cached; before the slot"));
    }
    if (rows[0].at(0) != "t") {
      Error("the publication leaves out inserts, updates, deletes or truncates: they are lost",
            absl::StrCat("ALTER PUBLICATION ", name,
                         " SET (publish = 'insert, update, delete, truncate');"));
    }
    if (rows[0].at(1) == "t") {
      Error("publish_via_partition_root is on: the TRUNCATE of a partition is lost",
            absl::StrCat("ALTER PUBLICATION ", name, " SET (publish_via_partition_root = false);"));
    }
    if (rows[0].at(2) == "t") {
      Warning(
          "the publication has all tables: an UPDATE of a new table without a replica identity "
          "fails in the application");
    }
    if (Value("select count(*) from pg_publication_tables where pubname = $1",
              {options_.publication}) == "0") {
      Warning("the publication has no tables");
    }
  }

  void AskTables() {
    for (const Values& row : Rows(kWithoutIdentity, {options_.publication})) {
      const std::string table = row.at(0).value_or("");
      Error(
          absl::StrCat(table,
                       " has no replica identity: its UPDATEs and DELETEs fail in the "
                       "application"),
          absl::StrCat("SET lock_timeout = '2s'; ALTER TABLE ", table, " REPLICA IDENTITY FULL;"));
    }
    for (const Values& row : Rows(kIndexIdentity, {options_.publication})) {
      const std::string table = row.at(0).value_or("");
      Warning(
          absl::StrCat(table,
                       " has an index as replica identity that is not the primary key: each "
                       "UPDATE concerns the whole type"),
          absl::StrCat("SET lock_timeout = '2s'; ALTER TABLE ", table, " REPLICA IDENTITY FULL;"));
    }
    std::vector<std::string> unlogged;
    for (const Values& row : Rows(kUnlogged)) unlogged.push_back(row.at(0).value_or(""));
    if (!unlogged.empty()) {
      Warning(absl::StrCat("changes of unlogged tables are not in the log: ",
                           absl::StrJoin(unlogged, ", ")));
    }
  }

  void AskSlot() {
    const std::vector<Values> rows = Rows(
        "select plugin, database = current_database(), wal_status, "
        "pg_current_wal_lsn() - confirmed_flush_lsn "
        "from pg_replication_slots where slot_name = $1",
        {options_.slot});
    if (!status_.ok()) return;
    if (rows.empty()) {
      Warning(absl::StrCat("there is no slot ", options_.slot,
                           ": the start creates it and invalidates everything"));
      if (Value("select (select count(*) from pg_replication_slots) >= "
                "current_setting('max_replication_slots')::int") == "t") {
        Error("all replication slots are in use; it needs a restart of PostgreSQL",
              "ALTER SYSTEM SET max_replication_slots = 20;");
      }
      return;
    }
    const Values& slot = rows[0];
    if (slot.at(0) != "pgoutput" || slot.at(1) != "t") {
      return Error(
          absl::StrCat("the slot ", options_.slot, " is not one of pgoutput in this database"));
    }
    if (slot.at(2) == "lost") {
      Warning("PostgreSQL has given the slot up: the start replaces it and invalidates everything");
    } else if (slot.at(2) == "unreserved") {
      Warning(absl::StrCat("PostgreSQL is about to give the slot up; it is ",
                           slot.at(3).value_or("?"), " bytes behind"));
    }
  }

  void AskOutbox() {
    if (options_.outbox.prefix.empty()) return;
    constexpr char kEmit[] = "pg_catalog.pg_logical_emit_message(bool, text, text)";
    if (Value(absl::StrCat("select exists (select from aclexplode(coalesce((select proacl from "
                           "pg_proc where oid = '",
                           kEmit, "'::regprocedure), acldefault('f', 10))) where grantee = 0)")) !=
        "t") {
      return;
    }
    Warning("every role may write messages, and so invalidate what it names",
            absl::StrCat("REVOKE EXECUTE ON FUNCTION ", kEmit,
                         " FROM PUBLIC;  -- and GRANT it to the application's role"));
  }

  PostgresConnection& sql_;
  const SourceOptions& options_;
  absl::Status status_;
  std::vector<Finding> findings_;
};

}  // namespace

absl::StatusOr<std::vector<Finding>> Preflight(PostgresConnection& sql,
                                               const SourceOptions& options) {
  return Questions(sql, options).Run();
}

}  // namespace cache_invalidation::connect
