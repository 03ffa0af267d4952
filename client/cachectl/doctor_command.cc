// SPDX-License-Identifier: Apache-2.0

#include <memory>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cachectl/commands.h"
#include "client/cachectl/data_directory.h"
#include "client/cachectl/report.h"
#include "client/json_text/json_text.h"

namespace cache_invalidation::cachectl {
namespace {

// What a start makes of the directory.
std::string StartOf(const DataDirectory& found) {
  std::vector<std::string> reasons;
  if (found.copied) reasons.emplace_back("it is a copy");
  if (found.lacks_end) reasons.emplace_back("the end of the log is missing");
  if (!reasons.empty()) return absl::StrCat("begins a new epoch: ", absl::StrJoin(reasons, ", "));
  if (!found.last_run.has_value()) return "begins the first epoch";
  if (found.last_run->durability == Durability::kSync || found.last_run->stopped_cleanly) {
    return "continues the epoch";
  }
  return "continues the epoch unless the machine has been started since";
}

std::string AsText(const std::string& directory, const DataDirectory& found) {
  Table summary({"", ""});
  summary.Add({"directory", directory});
  summary.Add({"store", found.damage.empty() ? "whole" : absl::StrCat("damaged: ", found.damage)});
  if (found.schema_version != 0) {
    summary.Add({"schema version", absl::StrCat(found.schema_version)});
    summary.Add({"epoch", found.last_run.has_value() ? found.last_run->epoch : "none"});
  }
  if (found.last_run.has_value()) {
    summary.Add(
        {"last run", absl::StrCat("--durability=", DurabilityName(found.last_run->durability),
                                  found.last_run->stopped_cleanly ? ", stopped cleanly"
                                                                  : ", did not stop cleanly")});
  }
  if (found.unsynced) summary.Add({"log", "has writes that were not synced"});
  summary.Add({"next start", found.damage.empty()        ? StartOf(found)
                             : found.schema_version == 0 ? "is refused, also with --new_epoch"
                             : found.namespaces.empty()
                                 ? "is refused without --new_epoch, which finds nothing"
                                 : "is refused without --new_epoch, which finds the following"});
  std::string out = summary.ToString();
  if (found.namespaces.empty()) return out;
  Table table(
      {"NAMESPACE", ">ENTRIES", ">RULES", ">RELATIONSHIPS", ">DEPENDENCIES", ">OLDEST", ">HEAD"});
  for (const DataDirectory::Namespace& one : found.namespaces) {
    table.Add({one.name, absl::StrCat(one.entries), absl::StrCat(one.rules),
               absl::StrCat(one.relationships), absl::StrCat(one.dependencies),
               one.floor == one.head ? "" : absl::StrCat(one.floor + 1), absl::StrCat(one.head)});
  }
  return absl::StrCat(out, "\n", table.ToString());
}

std::string Bool(bool value) { return value ? "true" : "false"; }

// As in protobuf's JSON mapping, 64-bit numbers are strings.
std::string AsJson(const std::string& directory, const DataDirectory& found) {
  std::vector<std::string> namespaces;
  for (const DataDirectory::Namespace& one : found.namespaces) {
    namespaces.push_back(absl::StrCat(
        "{\"name\":", QuoteJson(one.name), ",\"entries\":\"", one.entries, "\",\"rules\":\"",
        one.rules, "\",\"relationships\":\"", one.relationships, "\",\"dependencies\":\"",
        one.dependencies, "\",\"oldestRevision\":\"", one.floor == one.head ? 0 : one.floor + 1,
        "\",\"headRevision\":\"", one.head, "\"}"));
  }
  const RunRecord run = found.last_run.value_or(RunRecord());
  return absl::StrCat(
      "{\"directory\":", QuoteJson(directory), ",\"whole\":", Bool(found.damage.empty()),
      ",\"damage\":", QuoteJson(found.damage), ",\"schemaVersion\":", found.schema_version,
      ",\"epoch\":", QuoteJson(run.epoch), ",\"durability\":",
      QuoteJson(found.last_run.has_value() ? DurabilityName(run.durability) : ""),
      ",\"stoppedCleanly\":", Bool(run.stopped_cleanly), ",\"unsynced\":", Bool(found.unsynced),
      ",\"endMissing\":", Bool(found.lacks_end), ",\"copied\":", Bool(found.copied),
      ",\"namespaces\":[", absl::StrJoin(namespaces, ","), "]}");
}

}  // namespace

void AddDoctorCommand(CLI::App* app, Action& chosen) {
  auto directory = std::make_shared<std::string>();
  CLI::App* command = app->add_subcommand(
      "doctor", "Checks the data directory of a server that does not run, or a backup");
  command->footer(
      "Reads everything in it, and changes nothing. Exit code 0: a server starts on it; 1: it is\n"
      "damaged; 3: there is no store; 4: it is another program's, or of another version; 6: a\n"
      "server has it open.");
  command->add_option("directory", *directory, "The directory that --data_dir names")->required();
  OnChosen(command, chosen, [directory](Session& session) -> absl::StatusOr<ExitCode> {
    const absl::StatusOr<DataDirectory> found = ReadDataDirectory(*directory);
    if (!found.ok()) return found.status();
    session.Print({AsJson(*directory, *found), AsText(*directory, *found)});
    return found->damage.empty() ? ExitCode::kOk : ExitCode::kError;
  });
}

}  // namespace cache_invalidation::cachectl
