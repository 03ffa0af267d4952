// SPDX-License-Identifier: Apache-2.0

#include "client/cachectl/commands.h"

#include <unistd.h>
#include <algorithm>
#include <cstdint>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "client/cachectl/flags.h"
#include "client/cachectl/ingest_progress.h"
#include "client/cachectl/report.h"
#include "client/cachectl/wal2json.h"
#include "client/change/type_mapping.h"
#include "client/widening.h"
#include "common/clock.h"
#include "common/mutex.h"

namespace cache_invalidation::cachectl {
namespace {

// How many unreadable lines are named one by one. The report counts all of them.
constexpr uint64_t kNamedUnreadableLines = 10;

// How often the bar on a terminal is redrawn, and how often a log gets a line.
constexpr absl::Duration kDrawEvery = absl::Milliseconds(100);
constexpr absl::Duration kTellEvery = absl::Seconds(10);

struct IngestFlags {
  std::string format = "wal2json";
  std::vector<std::string> type_map;
  std::string file;
  std::optional<absl::Duration> give_up_after;
  std::optional<absl::Duration> progress;

  absl::Duration tell_every() const {
    const absl::Duration every = progress.value_or(kTellEvery);
    return every > absl::ZeroDuration() ? every : absl::InfiniteDuration();
  }
};

// One run of ingest: each transaction becomes one command. Results arrive on the thread of the
// stream, while further lines are read.
class Ingest {
 public:
  Ingest(const IngestFlags& flags, Session& session) : flags_(flags), session_(session) {}

  absl::StatusOr<ExitCode> Run() {
    absl::StatusOr<change::TypeMapping> types = change::TypeMapping::Parse(flags_.type_map);
    if (!types.ok()) return Prefixed("--type-map: ", types.status());
    reader_ = Wal2JsonReader(*std::move(types));
    std::ifstream file;
    uint64_t size = 0;
    if (flags_.file != "-") {
      file.open(flags_.file, std::ios::binary | std::ios::ate);
      if (!file) return absl::UnknownError(absl::StrCat("cannot open ", flags_.file));
      size = static_cast<uint64_t>(file.tellg());
      file.seekg(0);
    }
    absl::Status status;
    {
      const bool terminal = isatty(STDERR_FILENO) != 0;
      ProgressBar bar(session_.err(), terminal, size);
      const Ticker ticker(clock_, terminal ? kDrawEvery : flags_.tell_every(),
                          [&] { terminal ? Draw(bar) : Tell(); });
      status = ReadAll(flags_.file == "-" ? session_.in() : file);
    }
    session_.Print(Finish());  // also after an error: what was sent until then
    if (!status.ok()) return status;
    return ExitCode::kOk;
  }

 private:
  // A transaction that the service refused.
  struct Refused {
    uint64_t line = 0;
    uint64_t number = 0;  // of progress_
    absl::Status status;
  };

  // How long a transaction may stay without a result.
  absl::Duration patience() const {
    return flags_.give_up_after.value_or(absl::InfiniteDuration());
  }

  // Runs on the thread of the ticker.
  void Draw(ProgressBar& bar) {
    const IngestProgress::State state = progress_.state();
    MutexLock lock(error_mutex_);
    bar.Update(state.answered_bytes, Describe(state));
  }

  // Runs on the thread of the ticker. Writes no line while nothing changes.
  void Tell() {
    IngestProgress::State state = progress_.state();
    if (state == told_) return;
    MutexLock lock(error_mutex_);
    session_.err() << "ingest: " << Describe(state) << std::endl;
    told_ = std::move(state);
  }

  // Sends all transactions and waits for their results, also after an error.
  absl::Status ReadAll(std::istream& input) ABSL_LOCKS_EXCLUDED(mutex_) {
    const std::unique_ptr<client::WriteStream> stream =
        session_.client().OpenWriteStream({.deadline = patience()});
    const absl::Status status = ReadLines(input, *stream);
    stream->Close();
    TellRefused();
    MutexLock lock(mutex_);
    return failure_.ok() ? status : failure_;
  }

  absl::Status ReadLines(std::istream& input, client::WriteStream& stream) {
    absl::Status status = ReadWholeLines(input, stream);
    const absl::Status torn = status.ok() ? reader_.why_unreadable() : absl::OkStatus();
    // A malformed last line that has its line break and is outside of a transaction is no sign of
    // a truncated input.
    if (!torn.ok() && (input_ends_in_a_line_ || reader_.inside())) {
      status = AtLine(torn, lines_);
    }
    // Also after an error: the transactions that were read are committed.
    if (auto rest = reader_.Finish(); rest.has_value()) Send(*std::move(rest), "", stream);
    return status;
  }

  absl::Status ReadWholeLines(std::istream& input, client::WriteStream& stream) {
    std::string line;
    while (!HasFailed() && std::getline(input, line)) {
      TellRefused();
      ++lines_;
      if (lines_ == 1) {
        // Fails at once if there is no service. Later the service may be away for a while.
        const auto stats = session_.client().GetInvalidationStats();
        if (!stats.ok()) return stats.status();
      }
      input_ends_in_a_line_ = input.eof();
      bytes_ += line.size() + 1;
      if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
      auto transaction = reader_.Add(line);
      if (!transaction.ok()) return AtLine(transaction.status(), lines_);
      if (!reader_.why_unreadable().ok()) TellUnreadable();
      if (!transaction->has_value()) continue;
      Send(**std::move(transaction), NextLsn(line), stream);
    }
    if (input.bad()) return absl::UnknownError(absl::StrCat("cannot read ", flags_.file));
    return absl::OkStatus();
  }

  void TellUnreadable() {
    if (reader_.unreadable_lines() > kNamedUnreadableLines) return;
    MutexLock lock(error_mutex_);
    session_.err() << absl::StrCat(AtLine(reader_.why_unreadable(), lines_).message(),
                                   "; sent as a write to the whole table, or as everything\n");
  }

  // `lsn`: the position in the log after it, empty if unknown.
  void Send(client::WidenedWrites transaction, std::string lsn, client::WriteStream& stream) {
    ++transactions_;
    // If many writes were merged into few, all of them count as widened.
    writes_ += std::max<uint64_t>(transaction.writes.size(), transaction.widened);
    const uint64_t number = progress_.Read(bytes_, std::move(lsn));
    widened_writes_ += transaction.widened;
    if (transaction.everything) return SendEverything(number, lines_);
    if (transaction.writes.empty()) {
      ++empty_;
      progress_.Answer(number);
      return;
    }
    stream.Write(std::move(transaction.writes),
                 [this, line = lines_, number](const absl::StatusOr<client::WriteResult>& result) {
                   if (client::IsWriteRefusal(result.status())) {
                     return OnRefusal({line, number, result.status()});
                   }
                   if (result.ok()) progress_.Answer(number);
                   OnResult(line, result);
                 });
  }

  void OnRefusal(Refused refused) ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    refused_.push_back(std::move(refused));
  }

  // Invalidates everything in place of each refused transaction. If that is refused as well, the
  // run fails.
  void TellRefused() ABSL_LOCKS_EXCLUDED(mutex_) {
    std::vector<Refused> refused;
    {
      MutexLock lock(mutex_);
      refused.swap(refused_);
    }
    for (const Refused& one : refused) {
      {
        MutexLock lock(error_mutex_);
        session_.err() << AtLine(one.status, one.line).message() << "; sent as everything"
                       << std::endl;
      }
      ++widened_writes_;
      SendEverything(one.number, one.line);
    }
  }

  // Not on the stream, so it may overtake earlier transactions: harmless.
  void SendEverything(uint64_t number, uint64_t line) {
    const absl::StatusOr<client::InvalidationResult> answer =
        session_.client().Invalidate({.everything = true, .options = {.deadline = patience()}});
    if (!answer.ok()) return OnResult(line, answer.status());
    progress_.Answer(number);
    OnResult(line, client::WriteResult{.position = answer->position,
                                       .invalidations = answer->invalidations,
                                       .widened = answer->widened});
  }

  void OnResult(uint64_t line, const absl::StatusOr<client::WriteResult>& result)
      ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    if (!result.ok()) {
      if (failure_.ok()) failure_ = AtLine(result.status(), line);
      return;
    }
    invalidations_ += result->invalidations;
    widened_ += result->widened;
    revision_ = result->position.revision;
  }

  bool HasFailed() ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    return !failure_.ok();
  }

  static absl::Status Prefixed(absl::string_view prefix, const absl::Status& status) {
    return absl::Status(status.code(), absl::StrCat(prefix, status.message()));
  }

  absl::Status AtLine(const absl::Status& status, uint64_t line) const {
    return Prefixed(absl::StrCat(flags_.file, ":", line, ": "), status);
  }

  Report Finish() ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    Table table({"", ">"});
    std::string json;
    const auto add = [&](const char* words, const char* name, uint64_t count) {
      table.Add({words, absl::StrCat(count)});
      absl::StrAppend(&json, json.empty() ? "{\"" : ",\"", name, "\":\"", count, "\"");
    };
    add("lines", "lines", lines_);
    add("  unreadable", "unreadableLines", reader_.unreadable_lines());
    add("transactions", "transactions", transactions_);
    add("  without writes", "emptyTransactions", empty_);
    add("writes", "writes", writes_);
    add("  sent widened", "widenedWrites", widened_writes_);
    add("invalidations", "invalidations", invalidations_);
    add("  widened", "widened", widened_);
    add("revision", "revision", revision_);
    const std::string lsn = progress_.state().answered_lsn;
    if (!lsn.empty()) {
      table.Add({"applied up to", lsn});
      absl::StrAppend(&json, ",\"answeredLsn\":\"", lsn, "\"");
    }
    return {json + "}", table.ToString()};
  }

  const IngestFlags& flags_;
  Session& session_;
  Wal2JsonReader reader_;
  bool input_ends_in_a_line_ = false;  // the last line has no line break
  RealClock clock_;
  IngestProgress progress_{clock_};
  IngestProgress::State told_;  // used by the ticker only
  Mutex error_mutex_;           // guards session_.err()
  uint64_t bytes_ = 0;
  uint64_t lines_ = 0;
  uint64_t transactions_ = 0;
  uint64_t empty_ = 0;
  uint64_t writes_ = 0;
  uint64_t widened_writes_ = 0;  // to fit the limits

  Mutex mutex_;
  absl::Status failure_ ABSL_GUARDED_BY(mutex_);          // the first one
  std::vector<Refused> refused_ ABSL_GUARDED_BY(mutex_);  // not handled yet
  uint64_t invalidations_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t widened_ ABSL_GUARDED_BY(mutex_) = 0;  // by the service
  uint64_t revision_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace

void AddIngestCommand(CLI::App* app, Action& chosen) {
  auto flags = std::make_shared<IngestFlags>();
  CLI::App* command =
      app->add_subcommand("ingest", "Sends the recorded changes of a database as writes");
  command->add_option("--format", flags->format, "Format of the input")
      ->check(CLI::IsMember({"wal2json"}))
      ->type_name("wal2json")
      ->capture_default_str();
  command
      ->add_option("--type-map", flags->type_map,
                   "PATTERN=TYPE: tables whose whole name matches PATTERN have the type TYPE, for "
                   "partitions: orders_([0-9]+|default)=orders")
      ->allow_extra_args(false);
  AddDurationFlag(command, "--give-up-after", &flags->give_up_after,
                  "Fail if a transaction has no result after this time [never]");
  AddDurationFlag(command, "--progress", &flags->progress,
                  "How often to report progress on standard error if it is no terminal; 0: never "
                  "[10s]");
  command->add_option("file", flags->file, "The recorded changes, - for standard input")
      ->required();
  command->footer(
      "wal2json: format version 2 with include-pk, one change per line. Tables should have\n"
      "REPLICA IDENTITY FULL, so that old values are known. A transaction is one command.\n"
      "\n"
      "At the start, ingest fails after --timeout if the service cannot be reached. Later it\n"
      "sends transactions without a result again, without limit or until --give-up-after. With\n"
      "include-lsn the report, which is also printed after an error, shows up to which position\n"
      "of the log the service has applied everything, as durably as its --durability says.\n"
      "\n"
      "Do not follow a database by a pipe from pg_recvlogical: it confirms to PostgreSQL changes\n"
      "that are only in the pipe, and they are lost if either end dies. Use follow_slot of\n"
      "examples/postgresql, which loses nothing (docs/postgresql.md). After such a loss, or any\n"
      "other gap, run: cachectl invalidate --everything. The exit code of a pipe is that of\n"
      "ingest, which does not know how the program before it ended; in bash, set -o pipefail.");
  OnChosen(command, chosen, [flags](Session& session) { return Ingest(*flags, session).Run(); });
}

}  // namespace cache_invalidation::cachectl
