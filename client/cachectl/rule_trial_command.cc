#include "client/cachectl/commands.h"

#include <memory>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "client/cachectl/definitions.h"
#include "client/cachectl/input_file.h"
#include "client/cachectl/rule_trial.h"

namespace cache_invalidation::cachectl {
namespace {

struct Flags {
  std::string file;
  std::string write;
  std::string only;
};

absl::StatusOr<ExitCode> RunTrial(const Flags& flags, Session& session) {
  const absl::StatusOr<client::WriteEvent> write = WriteEventFromJson(flags.write);
  if (!write.ok()) return write.status();
  const absl::StatusOr<std::string> content = ReadInputFile(flags.file, session.in());
  if (!content.ok()) return content.status();
  const absl::StatusOr<Definitions> definitions = ParseDefinitions(flags.file, *content);
  if (!definitions.ok()) return definitions.status();
  std::vector<RuleTrial> trials;
  for (const Defined<client::InvalidationRule>& rule : definitions->rules) {
    if (!flags.only.empty() && rule.value.name != flags.only) continue;
    absl::StatusOr<RuleTrial> trial = TryRule(rule.value, *write);
    if (!trial.ok()) {
      return absl::Status(trial.status().code(),
                          absl::StrCat(flags.file, ":", rule.line, ": ", trial.status().message()));
    }
    trials.push_back(*std::move(trial));
  }
  if (trials.empty()) {
    return absl::NotFoundError(
        flags.only.empty() ? absl::StrCat(flags.file, " holds no rules")
                           : absl::StrCat("no rule in ", flags.file, " is called ", flags.only));
  }
  session.Print(ReportOf(trials));
  return ExitCode::kOk;
}

}  // namespace

void AddRuleTrialCommand(CLI::App* group, Action& chosen) {
  auto flags = std::make_shared<Flags>();
  CLI::App* command = group->add_subcommand(
      "test", "Shows whether the rules of a file would fire for a write; needs no service");
  command->add_option("-f,--file", flags->file, "YAML or JSON as for apply, - for standard input")
      ->required();
  command
      ->add_option("--write", flags->write,
                   "The write as JSON: resource_type, resource_id, operation, context, tags")
      ->required();
  command->add_option("--rule", flags->only, "Only the rule of this name");
  command->footer(
      "Shows the value of each part of a condition that was evaluated. The result depends on the\n"
      "file alone: default rules and registered rules are not considered.");
  OnChosen(command, chosen, [flags](Session& session) { return RunTrial(*flags, session); });
}

}  // namespace cache_invalidation::cachectl
