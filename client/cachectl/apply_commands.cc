// SPDX-License-Identifier: Apache-2.0

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "client/cachectl/commands.h"
#include "client/cachectl/declaration_file.h"
#include "client/cachectl/report.h"
#include "client/cachectl/result_text.h"
#include "client/declarations.h"
#include "client/json_text/json_text.h"
#include "common/limits.h"

namespace cache_invalidation::cachectl {
namespace {

using client::ApplyDeclarationsResult;
using client::DeclarationResult;

struct ApplyFlags {
  std::string file;
  bool dry_run = false;
  bool prune = false;
};

Report ReportOf(const ApplyDeclarationsResult& result, bool dry_run) {
  Table table({"", "", ""});
  std::string json;
  const auto add = [&](const char* kind, const std::vector<DeclarationResult>& declarations) {
    for (const DeclarationResult& declaration : declarations) {
      const std::string change = NameOf(declaration.change);
      table.Add({kind, declaration.name, change});
      absl::StrAppend(&json, json.empty() ? "" : ",", "{\"kind\":\"", kind,
                      "\",\"name\":", QuoteJson(declaration.name), ",\"change\":\"", change, "\"}");
    }
  };
  add("rule", result.rules);
  add("relationship", result.relationships);
  return {absl::StrCat("{\"dryRun\":", dry_run ? "true" : "false", ",\"changes\":[", json, "]}"),
          table.ToString() + (dry_run ? "nothing was changed (--dry-run)\n" : "")};
}

// Warnings name their field; here they also name their declaration.
void Warn(const ApplyDeclarationsResult& result, Session& session) {
  const auto warn = [&](const char* kind, const std::vector<DeclarationResult>& declarations) {
    for (const DeclarationResult& declaration : declarations) {
      for (const std::string& warning : declaration.warnings) {
        session.Warn({absl::StrCat(kind, " ", declaration.name, ": ", warning)});
      }
    }
  };
  warn("rule", result.rules);
  warn("relationship", result.relationships);
  if (result.more_warnings > 0) session.Warn({absl::StrCat(result.more_warnings, " more")});
}

// The service refuses more as well; here it can be told what to do about it.
absl::Status CheckSize(const ApplyFlags& flags, const client::Declarations& declarations) {
  const auto check = [&flags](const char* kind, size_t count, size_t most) {
    if (count <= most) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat(flags.file, ": expected at most ", most, " ", kind,
                     ", as many as a namespace holds and one call applies, got ", count,
                     ". Nothing was changed. Divide them among several namespaces"));
  };
  absl::Status status = check("rules", declarations.rules.size(), kMaxRulesPerNamespace);
  status.Update(
      check("relationships", declarations.relationships.size(), kMaxRelationshipsPerNamespace));
  return status;
}

// A file that came out empty would delete everything that is registered.
absl::Status CheckPrune(const ApplyFlags& flags, const client::Declarations& declarations) {
  if (!flags.prune || !declarations.rules.empty() || !declarations.relationships.empty()) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat(
      flags.file, ": names no rule and no relationship, so --prune would delete all of them. ",
      "Nothing was changed. `rule delete` and `relationship delete` delete what they name"));
}

absl::StatusOr<ExitCode> RunApply(const ApplyFlags& flags, Session& session) {
  const absl::StatusOr<DeclarationFile> file = ReadDeclarations(flags.file, session.in());
  if (!file.ok()) return file.status();
  absl::Status status = CheckSize(flags, file->declarations);
  status.Update(CheckPrune(flags, file->declarations));
  if (!status.ok()) return status;
  const auto result = session.client().ApplyDeclarations(client::ApplyDeclarationsParams{
      .declarations = file->declarations, .validate_only = flags.dry_run, .prune = flags.prune});
  if (!result.ok()) return file->InFile(result.status());
  Warn(*result, session);
  session.Print(ReportOf(*result, flags.dry_run));
  return ExitCode::kOk;
}

absl::StatusOr<ExitCode> RunExport(Session& session) {
  const auto rules = session.client().ListInvalidationRules();
  if (!rules.ok()) return rules.status();
  const auto relationships = session.client().ListDataRelationships();
  if (!relationships.ok()) return relationships.status();
  const client::Declarations declarations{.rules = *rules, .relationships = *relationships};
  // Here the text for people is YAML, with shorter names than those of the JSON.
  const bool json = session.options().format == OutputFormat::kJson;
  session.out() << Render({client::ToJson(declarations), client::ToYaml(declarations)},
                          json ? OutputFormat::kJson : OutputFormat::kTable);
  return ExitCode::kOk;
}

}  // namespace

void AddApplyCommands(CLI::App* app, Action& chosen) {
  auto flags = std::make_shared<ApplyFlags>();
  CLI::App* apply = app->add_subcommand(
      "apply",
      "Registers the rules and relationships of a file: all of them or, on an error, none");
  apply->add_option("-f,--file", flags->file, "YAML or JSON, - for standard input")->required();
  apply->add_flag("--dry-run", flags->dry_run,
                  "Let the service check everything and show what would change");
  apply->add_flag(
      "--prune", flags->prune,
      "Delete every rule and relationship of the namespace that the file does not name, "
      "default rules too; refused if it names none");
  apply->footer(
      "Without --prune, rules and relationships that the file does not name stay registered. Safe "
      "to repeat.");
  OnChosen(apply, chosen, [flags](Session& session) { return RunApply(*flags, session); });

  CLI::App* exported =
      app->add_subcommand("export", "Prints all rules and relationships in the format of apply");
  OnChosen(exported, chosen, RunExport);
}

}  // namespace cache_invalidation::cachectl
