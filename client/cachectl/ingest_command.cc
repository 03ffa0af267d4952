#include "client/cachectl/ingest_command.h"

#include <unistd.h>
#include <algorithm>
#include <cstdint>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "client/cachectl/flags.h"
#include "client/cachectl/progress_bar.h"
#include "client/cachectl/table.h"
#include "client/cachectl/wal2json.h"
#include "client/change/type_mapping.h"
#include "client/widening.h"
#include "common/mutex.h"

namespace cache_invalidation::cachectl {
namespace {

// Lines that could not be read and are named one by one; the report counts all.
constexpr uint64_t kNamedUnreadableLines = 10;

struct Flags {
  std::string format = "wal2json";
  std::vector<std::string> type_map;
  std::string file;
};

// One run of ingest: a transaction is one command. Answers come on the thread of the stream, while
// further lines are read.
class Ingest {
 public:
  Ingest(const Flags& flags, Session& session) : flags_(flags), session_(session) {}

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
      ProgressBar bar(session_.err(), isatty(STDERR_FILENO) != 0, size);
      status = ReadAll(flags_.file == "-" ? session_.in() : file, bar);
    }
    session_.Print(Finish());  // also what was sent before an error
    if (!status.ok()) return status;
    return ExitCode::kOk;
  }

 private:
  // Sends everything, and waits for all answers, also after an error.
  absl::Status ReadAll(std::istream& input, ProgressBar& bar) ABSL_LOCKS_EXCLUDED(mutex_) {
    const std::unique_ptr<client::WriteStream> stream =
        session_.client().OpenWriteStream({.deadline = session_.options().timeout});
    const absl::Status status = ReadLines(input, *stream, bar);
    stream->Close();
    MutexLock lock(mutex_);
    return failure_.ok() ? status : failure_;
  }

  absl::Status ReadLines(std::istream& input, client::WriteStream& stream, ProgressBar& bar) {
    absl::Status status = ReadWholeLines(input, stream, bar);
    const absl::Status torn = status.ok() ? reader_.why_unreadable() : absl::OkStatus();
    // A last line that is whole, outside of a transaction, is broken, but nothing is missing.
    if (!torn.ok() && (input_ends_in_a_line_ || reader_.inside())) {
      status = AtLine(torn, lines_);
    }
    // Also after an error: what was read was committed.
    if (auto rest = reader_.Finish(); rest.has_value()) Send(*std::move(rest), stream);
    return status;
  }

  absl::Status ReadWholeLines(std::istream& input, client::WriteStream& stream, ProgressBar& bar) {
    std::string line;
    uint64_t bytes = 0;
    while (!HasFailed() && std::getline(input, line)) {
      ++lines_;
      bytes += line.size() + 1;
      input_ends_in_a_line_ = input.eof();
      if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
      auto transaction = reader_.Add(line);
      if (!transaction.ok()) return AtLine(transaction.status(), lines_);
      if (!reader_.why_unreadable().ok()) TellUnreadable();
      if (!transaction->has_value()) continue;
      Send(**std::move(transaction), stream);
      bar.Update(bytes, absl::StrCat(transactions_, " transactions"));
    }
    if (input.bad()) return absl::UnknownError(absl::StrCat("cannot read ", flags_.file));
    return absl::OkStatus();
  }

  void TellUnreadable() {
    if (reader_.unreadable_lines() > kNamedUnreadableLines) return;
    session_.err() << absl::StrCat(AtLine(reader_.why_unreadable(), lines_).message(),
                                   "; told as a write to the whole table, or as everything\n");
  }

  void Send(client::WidenedWrites transaction, client::WriteStream& stream) {
    ++transactions_;
    // Where many became few, all are counted as widened.
    writes_ += std::max<uint64_t>(transaction.writes.size(), transaction.widened);
    widened_writes_ += transaction.widened;
    if (transaction.everything) return SendEverything();
    if (transaction.writes.empty()) {
      ++empty_;
      return;
    }
    stream.Write(std::move(transaction.writes),
                 [this, line = lines_](const absl::StatusOr<client::WriteResult>& result) {
                   OnAnswer(line, result);
                 });
  }

  // Beside the stream, so perhaps before what was read before it: harmless.
  void SendEverything() {
    const absl::StatusOr<client::InvalidationResult> answer =
        session_.client().Invalidate({.everything = true});
    if (!answer.ok()) return OnAnswer(lines_, answer.status());
    OnAnswer(lines_, client::WriteResult{.position = answer->position,
                                         .invalidations = answer->invalidations,
                                         .widened = answer->widened});
  }

  void OnAnswer(uint64_t line, const absl::StatusOr<client::WriteResult>& result)
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
    add("  that cannot be read", "unreadableLines", reader_.unreadable_lines());
    add("transactions", "transactions", transactions_);
    add("  without writes", "emptyTransactions", empty_);
    add("writes", "writes", writes_);
    add("  told less exactly", "widenedWrites", widened_writes_);
    add("invalidations", "invalidations", invalidations_);
    add("  widened", "widened", widened_);
    add("revision", "revision", revision_);
    return {json + "}", table.ToString()};
  }

  const Flags& flags_;
  Session& session_;
  Wal2JsonReader reader_;
  bool input_ends_in_a_line_ = false;  // the last line has no line break
  uint64_t lines_ = 0;
  uint64_t transactions_ = 0;
  uint64_t empty_ = 0;
  uint64_t writes_ = 0;
  uint64_t widened_writes_ = 0;  // to fit the limits

  Mutex mutex_;
  absl::Status failure_ ABSL_GUARDED_BY(mutex_);  // the first one
  uint64_t invalidations_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t widened_ ABSL_GUARDED_BY(mutex_) = 0;  // by the service
  uint64_t revision_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace

void AddIngestCommand(CLI::App* app, Action& chosen) {
  auto flags = std::make_shared<Flags>();
  CLI::App* command =
      app->add_subcommand("ingest", "Turns a database's recorded changes into writes");
  command->add_option("--format", flags->format, "Of the input")
      ->check(CLI::IsMember({"wal2json"}))
      ->type_name("wal2json")
      ->capture_default_str();
  command
      ->add_option("--type-map", flags->type_map,
                   "PATTERN=TYPE: tables whose whole name matches have that type, as partitions "
                   "have their root's: orders_[0-9]+=orders")
      ->allow_extra_args(false);
  command->add_option("file", flags->file, "The changes, - for standard input")->required();
  command->footer(
      "wal2json: format version 2 with include-pk, one change on each line. Tables should have\n"
      "REPLICA IDENTITY FULL, so that old values are known. A transaction is one command.");
  OnChosen(command, chosen, [flags](Session& session) { return Ingest(*flags, session).Run(); });
}

}  // namespace cache_invalidation::cachectl
