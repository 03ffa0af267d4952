// SPDX-License-Identifier: Apache-2.0

#include <memory>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "client/backup/backup_call.h"
#include "client/backup/backup_directory.h"
#include "client/backup/manifest.h"
#include "client/backup/restore.h"
#include "client/cachectl/commands.h"
#include "client/cachectl/report.h"

namespace cache_invalidation::cachectl {
namespace {

std::string AsText(absl::string_view done, const client::Manifest& manifest) {
  return absl::StrCat(
      done, ": ", Counted(manifest.files.size(), "file", "files"), ", ",
      Counted(manifest.bytes(), "byte", "bytes"), ", of epoch ", manifest.epoch, " at ",
      absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", manifest.time, absl::UTCTimeZone()), "\n");
}

absl::StatusOr<client::Manifest> Receive(Session& session, const std::string& path) {
  auto directory = client::BackupDirectory::Create(path);
  if (!directory.ok()) return directory.status();
  const absl::StatusOr<client::BackupSummary> summary = client::ReceiveBackup(
      session.options().connection.endpoint, session.client_options(),
      [&](const client::BackupChunk& chunk) { return (*directory)->Add(chunk); });
  if (absl::IsUnimplemented(summary.status())) {
    return absl::UnimplementedError("the service is older than this program, and has no backups");
  }
  if (!summary.ok()) return summary.status();
  return (*directory)->Finish(*summary);
}

}  // namespace

void AddBackupCommands(CLI::App* app, Action& chosen) {
  auto path = std::make_shared<std::string>();
  CLI::App* backup = app->add_subcommand(
      "backup", "Writes a copy of the service's store, with all namespaces, to a new directory");
  backup->footer(
      "The service goes on meanwhile. The directory appears when it is complete; until then it is\n"
      "called DIRECTORY.partial. --timeout does not apply.");
  backup->add_option("directory", *path, "The directory to make; it must not exist")->required();
  OnChosen(backup, chosen, [path](Session& session) -> absl::StatusOr<ExitCode> {
    const absl::StatusOr<client::Manifest> manifest = Receive(session, *path);
    if (!manifest.ok()) return manifest.status();
    session.Print({client::ToJson(*manifest), AsText(absl::StrCat("wrote ", *path), *manifest)});
    return ExitCode::kOk;
  });

  struct Flags {
    std::string backup;
    std::string data_dir;
  };
  auto flags = std::make_shared<Flags>();
  CLI::App* restore = app->add_subcommand(
      "restore", "Copies a backup to a new data directory, for a server to be started on");
  restore->footer(
      "Calls no service. The first start on the directory begins a new epoch by itself: every\n"
      "subscriber drops what it has.");
  restore->add_option("backup", flags->backup, "The directory that `backup` made")->required();
  restore
      ->add_option("--data-dir", flags->data_dir,
                   "The directory that --data_dir of the server will name; new or empty")
      ->required();
  OnChosen(restore, chosen, [flags](Session& session) -> absl::StatusOr<ExitCode> {
    const auto manifest = client::Restore(flags->backup, flags->data_dir);
    if (!manifest.ok()) return manifest.status();
    session.Print({client::ToJson(*manifest),
                   absl::StrCat(AsText(absl::StrCat("restored ", flags->data_dir), *manifest),
                                "the first start on it begins a new epoch\n")});
    return ExitCode::kOk;
  });
}

}  // namespace cache_invalidation::cachectl
