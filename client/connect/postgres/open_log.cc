#include "client/connect/postgres/open_log.h"

#include <poll.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/change/change_writes.h"
#include "client/widening.h"

namespace cache_invalidation::connect {
namespace {

using journal::Level;
using Kind = PostgresConnection::Kind;

// How often the state of a slot that another process reads is looked at.
constexpr absl::Duration kStandbyPause = absl::Seconds(1);
// The creation of a slot waits for every open transaction. Then its log is needed meanwhile, so it
// is given up after this time and tried again.
constexpr absl::Duration kCreateWithin = absl::Minutes(10);
// A call to the service that precedes the log.
constexpr absl::Duration kTellWithin = absl::Seconds(20);

absl::Status Wrong(absl::string_view what) { return absl::FailedPreconditionError(what); }

// The steps of OpenLog.
class Opening {
 public:
  explicit Opening(const SourceEnvironment& environment)
      : environment_(environment), options_(environment.options) {}

  absl::StatusOr<OpenedLog> Run(bool replace_slot) {
    absl::Status status = Connect();
    if (status.ok()) status = Look();
    if (status.ok()) status = CheckView();
    if (!status.ok()) return status;
    absl::StatusOr<std::optional<SourceState>> stored = ReadState(options_.state_file);
    if (stored.status().code() == absl::StatusCode::kInvalidArgument) {
      Report(Level::kError, "the state file is damaged", stored.status().message());
      stored = std::optional<SourceState>();
    }
    if (!stored.ok()) return stored.status();
    std::vector<std::string> gaps = GapsSince(*stored, view_, options_.slot);
    if (replace_slot) gaps.push_back("unreadable_log");
    status = gaps.empty() ? Continue(**std::move(stored))
                          : CloseGap(gaps, replace_slot, std::move(*stored));
    if (status.ok()) status = Start();
    if (!status.ok()) return status;
    return std::move(out_);
  }

 private:
  absl::Status Connect() {
    absl::Status status = ConnectAs(Kind::kSql, "UTF8", out_.sql);
    if (!status.ok()) return status;
    out_.catalog = std::make_unique<Catalog>(*out_.sql, options_.publication, options_.slot);
    const absl::StatusOr<bool> raw = out_.catalog->HasNoEncoding();
    if (!raw.ok()) return raw.status();
    // Without an encoding PostgreSQL would refuse to send text that is not UTF-8.
    return ConnectAs(Kind::kReplication, *raw ? "SQL_ASCII" : "UTF8", out_.replication);
  }

  absl::Status ConnectAs(Kind kind, const std::string& encoding,
                         std::unique_ptr<PostgresConnection>& out) {
    auto connection = PostgresConnection::Connect(
        options_.postgres, kind, encoding, environment_.stopped.descriptor(), environment_.clock);
    if (!connection.ok()) return connection.status();
    out = *std::move(connection);
    return absl::OkStatus();
  }

  // Fills in the view, once nobody else reads the slot.
  absl::Status Look() {
    while (true) {
      const auto system = out_.replication->Query("IDENTIFY_SYSTEM");
      if (!system.ok()) return system.status();
      const auto publication = out_.catalog->CurrentPublication();
      if (!publication.ok()) return publication.status();
      const auto slot = out_.catalog->Slot();
      if (!slot.ok()) return slot.status();
      const Values& row = system->at(0);
      view_ = {.system_id = row.at(0).value_or(""),
               .timeline = row.at(1).value_or(""),
               .wal_end = ParseLsn(row.at(2).value_or("")).value_or(0),
               .slot = *slot,
               .publication = *publication};
      if (!view_.slot.has_value() || !view_.slot->active) return absl::OkStatus();
      environment_.status.Update([](SourceFigures& figures) {
        figures.state = "standing by: another process reads the slot";
      });
      Report(Level::kInfo, "another process reads the slot", "");
      absl::Status status = Pause(kStandbyPause);
      if (!status.ok()) return status;
    }
  }

  absl::Status Pause(absl::Duration pause) const {
    pollfd stopped = {.fd = environment_.stopped.descriptor(), .events = POLLIN, .revents = 0};
    poll(&stopped, 1, static_cast<int>(absl::ToInt64Milliseconds(pause)));
    return stopped.revents != 0 ? absl::CancelledError("stopped") : absl::OkStatus();
  }

  absl::Status CheckView() {
    if (view_.publication.definition.empty()) {
      return Wrong(absl::StrCat("there is no publication ", options_.publication));
    }
    const absl::StatusOr<bool> unlimited = out_.catalog->KeepsWithoutLimit();
    if (!unlimited.ok()) return unlimited.status();
    if (*unlimited && !options_.allow_unbounded_wal) {
      return Wrong(
          "max_slot_wal_keep_size is -1: a slot could fill the disk. Set it, or set "
          "allow_unbounded_wal");
    }
    return absl::OkStatus();
  }

  // There is no gap: tables that have changed in the publication since are reported as a whole.
  absl::Status Continue(SourceState stored) {
    const Lsn behind = view_.slot->confirmed;
    if (stored.told.end != 0 && stored.told.lsn >= behind) out_.expected = stored.told;
    absl::Status status = TellTables(ChangedTables(stored.publication, view_.publication));
    out_.state = std::move(stored);
    out_.state.publication = view_.publication;
    return status;
  }

  absl::Status TellTables(const std::vector<PublishedTable>& tables) {
    if (tables.empty()) return absl::OkStatus();
    Report(Level::kWarning, "tables of the publication have changed", absl::StrCat(tables.size()));
    client::WriteCollector collector({.widen_malformed_names = true});
    for (const PublishedTable& table : tables) {
      const TableTreatment treatment = options_.tables.Of(table.root_schema, table.root_table);
      if (treatment.ignore) continue;
      change::RowChange change{.action = change::RowChange::Action::kTruncate,
                               .schema = table.root_schema,
                               .table = table.root_table};
      for (client::WriteEvent& write : change::WritesOf(change, treatment.types)) {
        write.tags = treatment.tags;
        collector.Add(std::move(write));
      }
    }
    if (collector.empty()) return absl::OkStatus();
    client::WidenedWrites writes = collector.Take();
    if (!writes.everything) {
      absl::Status status =
          environment_.teller.TellNow(std::move(writes.writes), kTellWithin, environment_.stop);
      if (!client::IsWriteRefusal(status)) return status;
    }
    return environment_.teller.TellEverythingNow(kTellWithin, environment_.stop);
  }

  absl::Status CloseGap(const std::vector<std::string>& reasons, bool replace_slot,
                        std::optional<SourceState> stored) {
    for (const std::string& reason : reasons) {
      environment_.status.Update([&](SourceFigures& figures) { ++figures.gaps[reason]; });
    }
    Report(Level::kError, "changes may have been missed: everything is invalidated",
           absl::StrJoin(reasons, ", "));
    // Positions of another history mean nothing in this one.
    environment_.status.Update([](SourceFigures& figures) { figures.told = 0; });
    // From here on it is a gap, whatever ends this attempt.
    absl::Status status = RemoveState(options_.state_file);
    const bool has_slot = view_.slot.has_value();
    const bool new_slot = !has_slot || view_.slot->lost || replace_slot;
    if (status.ok() && new_slot && has_slot) status = DropSlot();
    if (status.ok() && new_slot) status = CreateSlot();
    if (!status.ok()) return status;
    const absl::StatusOr<Snapshot> begun = out_.catalog->CurrentSnapshot();
    if (!begun.ok()) return begun.status();
    const absl::StatusOr<Snapshot> before = out_.catalog->CurrentSnapshot();
    if (!before.ok()) return before.status();
    status = environment_.teller.TellEverythingNow(kTellWithin, environment_.stop);
    if (!status.ok()) return status;
    if (!before->HasSeenTheEndOf(*begun)) out_.gap = *begun;
    out_.state = {.system_id = view_.system_id,
                  .timeline = view_.timeline,
                  .slot = options_.slot,
                  .wal_end = view_.wal_end,
                  .publication = view_.publication};
    // Numbers of tables are those of one system.
    if (stored.has_value() && stored->system_id == view_.system_id) {
      out_.state.tables = std::move(stored->tables);
    }
    return absl::OkStatus();
  }

  absl::Status DropSlot() {
    return out_.replication
        ->Query(
            absl::StrCat("DROP_REPLICATION_SLOT ", PostgresConnection::QuoteName(options_.slot)))
        .status();
  }

  absl::Status CreateSlot() {
    const auto open = out_.catalog->OpenTransactions();
    if (!open.ok()) return open.status();
    Report(Level::kInfo, "creating the slot, which waits for open transactions", *open);
    return out_.replication
        ->Query(
            absl::StrCat("CREATE_REPLICATION_SLOT ", PostgresConnection::QuoteName(options_.slot),
                         " LOGICAL pgoutput NOEXPORT_SNAPSHOT"),
            {}, kCreateWithin)
        .status();
  }

  absl::Status Start() {
    const std::string messages = options_.outbox.prefix.empty() ? "" : ", messages 'true'";
    const std::string publication =
        PostgresConnection::QuoteText(PostgresConnection::QuoteName(options_.publication));
    // At 0/0: from where the slot is. The server would take a wrong position without an error.
    return out_.replication->StartReplication(absl::StrCat(
        "START_REPLICATION SLOT ", PostgresConnection::QuoteName(options_.slot),
        " LOGICAL 0/0 (proto_version '1', publication_names ", publication, messages, ")"));
  }

  void Report(Level level, const std::string& message, absl::string_view detail) const {
    environment_.journal.Write({level, message, {{"slot", options_.slot}}, std::string(detail)});
  }

  const SourceEnvironment& environment_;
  const SourceOptions& options_;
  DatabaseView view_;
  OpenedLog out_;
};

}  // namespace

absl::StatusOr<OpenedLog> OpenLog(const SourceEnvironment& environment, bool replace_slot) {
  return Opening(environment).Run(replace_slot);
}

absl::Status DeclareGap(const SourceEnvironment& environment, const std::string& reason) {
  environment.status.Update([&](SourceFigures& figures) { ++figures.gaps[reason]; });
  environment.journal.Write(
      {Level::kError, "the log has another history", {{"reason", reason}}, ""});
  return RemoveState(environment.options.state_file);
}

}  // namespace cache_invalidation::connect
