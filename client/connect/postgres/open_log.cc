// SPDX-License-Identifier: Apache-2.0

#include "client/connect/postgres/open_log.h"

#include <algorithm>
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
    absl::Status status = Connect(Kind::kSql, out_.sql);
    if (status.ok()) status = Connect(Kind::kReplication, out_.replication);
    if (!status.ok()) return status;
    out_.catalog = std::make_unique<Catalog>(*out_.sql, options_.publication, options_.slot);
    status = Look();
    if (!status.ok()) return status;
    absl::StatusOr<std::optional<SourceState>> stored = ReadState(options_.state_file);
    if (absl::IsInvalidArgument(stored.status())) {
      Report(Level::kError, "the state file is damaged", stored.status().message());
      stored = std::optional<SourceState>();
    }
    if (!stored.ok()) return stored.status();
    std::vector<std::string> gaps = GapsSince(*stored, view_, options_.slot);
    if (replace_slot) gaps.push_back("unreadable_log");
    status = gaps.empty() ? Continue(**std::move(stored))
                          : CloseGap(gaps, replace_slot, *std::move(stored));
    if (status.ok()) status = Start();
    if (!status.ok()) return status;
    return std::move(out_);
  }

 private:
  absl::Status Connect(Kind kind, std::unique_ptr<PostgresConnection>& out) {
    auto connection = PostgresConnection::Connect(
        options_.postgres, kind, environment_.stopped.descriptor(), environment_.clock);
    if (!connection.ok()) return connection.status();
    out = *std::move(connection);
    return absl::OkStatus();
  }

  // Fills in the view, once no other process reads the slot. Fails if the slot must not be read.
  absl::Status Look() {
    while (true) {
      const auto system = out_.replication->Query("IDENTIFY_SYSTEM");
      if (!system.ok()) return system.status();
      const auto publication = out_.catalog->CurrentPublication();
      if (!publication.ok()) return publication.status();
      const auto slot = out_.catalog->Slot();
      if (!slot.ok()) return slot.status();
      const Values& row = system->at(0);
      environment_.status.Update([&](SourceFigures& figures) {
        figures.retained = slot->has_value() ? (*slot)->retained_bytes : 0;
        figures.contact = environment_.clock.Now();
      });
      view_ = {.system_id = row.at(0).value_or(""),
               .timeline = row.at(1).value_or(""),
               .wal_end = ParseLsn(row.at(2).value_or("")).value_or(0),
               .slot = *slot,
               .publication = *publication};
      if (!view_.slot.has_value() || !view_.slot->active) break;
      environment_.status.Update([](SourceFigures& figures) {
        figures.Lose("standing by: another process reads the slot");
        figures.followed = figures.contact;
      });
      Report(Level::kInfo, "another process reads the slot", "");
      if (environment_.stopped.Await(kStandbyPause)) return absl::CancelledError("stopped");
    }
    if (view_.publication.definition.empty()) {
      return Wrong(absl::StrCat("there is no publication ", options_.publication));
    }
    if (view_.publication.leaves_out) {
      Report(Level::kError, "the publication leaves out changes, which are lost",
             "`check` says which");
    }
    const absl::StatusOr<std::string> most = out_.catalog->MaxSlotSize();
    if (!most.ok()) return most.status();
    if (*most != "-1" || options_.allow_unbounded_wal) return absl::OkStatus();
    return Wrong(
        "max_slot_wal_keep_size is -1: a slot could fill the disk. Set it, or set "
        "allow_unbounded_wal");
  }

  // There is no gap: tables that have changed in the publication since are reported as a whole.
  absl::Status Continue(SourceState stored) {
    if (stored.told.end != 0 && stored.told.lsn >= view_.slot->confirmed) {
      out_.expected = stored.told;
    }
    environment_.status.Update([&](SourceFigures& figures) {
      figures.told_commit = std::max(figures.told_commit, stored.told.time);
    });
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
    if (writes.everything) return TellEverything();
    absl::Status status =
        environment_.teller.client()
            .InvalidateByWrites(std::move(writes.writes),
                                {.deadline = kTellWithin, .cancellation = environment_.stop})
            .status();
    return client::IsWriteRefusal(status) ? TellEverything() : status;
  }

  absl::Status TellEverything() const {
    return environment_.teller.client()
        .Invalidate({.everything = true,
                     .options = {.deadline = kTellWithin, .cancellation = environment_.stop}})
        .status();
  }

  absl::Status CloseGap(const std::vector<std::string>& reasons, bool replace_slot,
                        std::optional<SourceState> stored) {
    Report(Level::kError, "changes may have been missed: everything is invalidated",
           absl::StrJoin(reasons, ", "));
    environment_.status.Update([&](SourceFigures& figures) {
      for (const std::string& reason : reasons) ++figures.gaps[reason];
      figures.told = 0;  // positions of another history mean nothing in this one
    });
    // From here on it is a gap, whatever ends this attempt.
    absl::Status status = RemoveState(options_.state_file);
    if (status.ok()) status = MakeSlot(replace_slot);
    if (!status.ok()) return status;
    const absl::StatusOr<Snapshot> before = out_.catalog->CurrentSnapshot();
    if (!before.ok()) return before.status();
    status = TellEverything();
    if (!before->HasSeenTheEndOf(*before)) out_.gap = *before;
    out_.state = {.system_id = view_.system_id,
                  .timeline = view_.timeline,
                  .slot = options_.slot,
                  .wal_end = view_.wal_end,
                  .publication = view_.publication};
    // Numbers of tables are those of one system.
    if (stored.has_value() && stored->system_id == view_.system_id) {
      out_.state.tables = std::move(stored->tables);
    }
    return status;
  }

  absl::Status MakeSlot(bool replace) {
    const bool exists = view_.slot.has_value();
    if (exists && !view_.slot->lost && !replace) return absl::OkStatus();
    const std::string name = PostgresConnection::QuoteName(options_.slot);
    if (exists) {
      const auto dropped = out_.replication->Query(absl::StrCat("DROP_REPLICATION_SLOT ", name));
      if (!dropped.ok()) return dropped.status();
    }
    const auto open = out_.catalog->OpenTransactions();
    if (!open.ok()) return open.status();
    Report(Level::kInfo, "creating the slot, which waits for open transactions", *open);
    return out_.replication
        ->Query(
            absl::StrCat("CREATE_REPLICATION_SLOT ", name, " LOGICAL pgoutput NOEXPORT_SNAPSHOT"),
            {}, kCreateWithin)
        .status();
  }

  absl::Status Start() {
    const std::string messages = options_.outbox.prefix.empty() ? "" : ", messages 'true'";
    const std::string publication =
        PostgresConnection::QuoteText(PostgresConnection::QuoteName(options_.publication));
    // At 0/0: from where the slot is. The server would take a wrong position without an error.
    return out_.replication
        ->Query(absl::StrCat(
            "START_REPLICATION SLOT ", PostgresConnection::QuoteName(options_.slot),
            " LOGICAL 0/0 (proto_version '1', publication_names ", publication, messages, ")"))
        .status();
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

}  // namespace cache_invalidation::connect
