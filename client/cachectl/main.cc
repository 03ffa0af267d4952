// SPDX-License-Identifier: Apache-2.0

#include <iostream>
#include <utility>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "client/cachectl/commands.h"
#include "client/cachectl/connection_flags.h"
#include "client/cachectl/flags.h"
#include "client/cachectl/session.h"
#include "client/version.h"
#include "common/clock.h"

namespace cache_invalidation::cachectl {
namespace {

constexpr char kFooter[] =
    "Exit codes:\n"
    "  0    done\n"
    "  1    an error of the service or of a file\n"
    "  2    the command line, a file or an argument is wrong\n"
    "  3    not found\n"
    "  4    conflict: a fill was refused, a value has moved, a limit was reached\n"
    "  5    no permission\n"
    "  6    the service cannot be reached, or did not respond in time\n"
    "  130  interrupted";

// The flags that may precede or follow any command.
void AddGlobalFlags(CLI::App& app, GlobalOptions& options) {
  AddConnectionFlags(&app, &options.connection);
  app.add_option("-n,--namespace", options.namespace_name, "The namespace to work in [default]")
      ->envname("CACHE_INVALIDATION_NAMESPACE");
  AddDurationFlag(&app, "--timeout", &options.timeout,
                  "How long a call may take, including retries [5s]");
  AddOutputFlag(&app, &options.format);
}

void AddCommands(CLI::App& app, Action& chosen) {
  AddWriteCommands(&app, chosen);
  AddInvalidateCommands(&app, chosen);
  AddWatchCommand(&app, chosen);
  AddRuleCommands(&app, chosen);
  AddRelationshipCommands(&app, chosen);
  AddDependencyCommands(&app, chosen);
  AddEntryCommands(&app, chosen);
  AddBatchCommands(&app, chosen);
  AddApplyCommands(&app, chosen);
  AddIngestCommand(&app, chosen);
  AddStatsCommand(&app, chosen);
  AddSubscriberCommands(&app, chosen);
  AddNamespaceCommands(&app, chosen);
  AddTopCommand(&app, chosen);
  AddBackupCommands(&app, chosen);
  AddDoctorCommand(&app, chosen);
  AddCompletionCommand(&app, chosen);
}

// Parses the command line and runs its command.
ExitCode Run(int argc, const char* const* argv, std::istream& in, std::ostream& out,
             std::ostream& err) {
  CLI::App app("Command line client of the Tagged Cache Invalidation System.", "cachectl");
  app.footer(kFooter);
  app.set_version_flag("--version", absl::StrCat("cachectl ", client::ClientVersion()));
  app.require_subcommand(1);
  app.fallthrough();  // global flags may follow a command
  GlobalOptions options;
  AddGlobalFlags(app, options);
  Action chosen;
  AddCommands(app, chosen);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // CLI11 reports --help as an error with exit code 0.
    return app.exit(error, out, err) == 0 ? ExitCode::kOk : ExitCode::kUsage;
  }
  Session session(std::move(options), in, out, err);
  const RealClock clock;
  const absl::Duration begun = clock.Monotonic();
  const absl::StatusOr<ExitCode> end = chosen(session);
  out.flush();
  if (!end.ok()) {
    err << "cachectl: " << Describe(end.status()) << "\n";
    const std::string hint =
        HintOf(end.status(), clock.Monotonic() - begun, session.options().timeout);
    if (!hint.empty()) err << "cachectl: " << hint << "\n";
    return ExitCodeOf(end.status());
  }
  // A full disk: what was to be kept, such as an export, is not all there.
  if (!out) {
    err << "cachectl: cannot write the output\n";
    return ExitCode::kError;
  }
  return *end;
}

}  // namespace
}  // namespace cache_invalidation::cachectl

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  return static_cast<int>(
      cache_invalidation::cachectl::Run(argc, argv, std::cin, std::cout, std::cerr));
}
