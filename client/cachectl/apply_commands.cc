#include "client/cachectl/commands.h"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "client/cachectl/definitions.h"
#include "client/cachectl/report.h"
#include "client/cachectl/yaml.h"
#include "client/json_text/json_text.h"

namespace cache_invalidation::cachectl {
namespace {

using client::DataRelationship;
using client::InvalidationRule;

struct Flags {
  std::string file;
  bool dry_run = false;
};

// The service stores lists of names sorted and without duplicates.
void Normalize(std::vector<std::string>& names) {
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
}

// Whether registering `wanted` would change nothing. If it has no name, the service would generate
// one, which counts as equal.
bool IsThere(DataRelationship wanted, DataRelationship stored) {
  if (wanted.name.empty()) wanted.name = stored.name;
  Normalize(wanted.target_types);
  Normalize(stored.target_types);
  return wanted == stored;
}

bool IsThere(InvalidationRule wanted, InvalidationRule stored) {
  if (wanted.relationships.size() != stored.relationships.size()) return false;
  for (size_t i = 0; i < wanted.relationships.size(); ++i) {
    if (!IsThere(wanted.relationships[i], stored.relationships[i])) return false;
  }
  wanted.relationships = stored.relationships;
  for (InvalidationRule* rule : {&wanted, &stored}) {
    Normalize(rule->trigger_tags);
    Normalize(rule->invalidate_tags);
  }
  return wanted == stored;
}

// One run of apply: registers what differs from what is stored, in the order of the file.
class Apply {
 public:
  explicit Apply(const Flags& flags) : flags_(flags) {}

  template <typename Type, typename Register>
  absl::Status Run(const char* kind, const std::vector<Defined<Type>>& wanted,
                   const std::vector<Type>& stored, Register registered) {
    for (const Defined<Type>& definition : wanted) {
      const Type& value = definition.value;
      const char* change = "added";
      for (const Type& other : stored) {
        if (IsThere(value, other)) change = "unchanged";
        if (value.name == other.name && !IsThere(value, other)) change = "replaced";
      }
      std::string name = value.name;
      if (!flags_.dry_run && change != absl::string_view("unchanged")) {
        const auto result = registered(value, name);
        if (!result.ok()) {
          return absl::Status(result.code(), absl::StrCat(flags_.file, ":", definition.line, ": ",
                                                          result.message()));
        }
      }
      Note(kind, name, change);
    }
    return absl::OkStatus();
  }

  Report Finish() {
    return {absl::StrCat("{\"dryRun\":", flags_.dry_run ? "true" : "false", ",\"changes\":[", json_,
                         "]}"),
            table_.ToString() + (flags_.dry_run ? "nothing was changed (--dry-run)\n" : "")};
  }

 private:
  void Note(const char* kind, const std::string& name, const char* change) {
    table_.Add({kind, name, change});
    absl::StrAppend(&json_, json_.empty() ? "" : ",", "{\"kind\":\"", kind,
                    "\",\"name\":", QuoteJson(name), ",\"change\":\"", change, "\"}");
  }

  const Flags& flags_;
  Table table_{{"", "", ""}};
  std::string json_;
};

absl::StatusOr<ExitCode> RunApply(const Flags& flags, Session& session) {
  const absl::StatusOr<Definitions> wanted = ReadDefinitions(flags.file, session.in());
  if (!wanted.ok()) return wanted.status();
  const auto rules = session.client().ListInvalidationRules();
  if (!rules.ok()) return rules.status();
  const auto relationships = session.client().ListDataRelationships();
  if (!relationships.ok()) return relationships.status();

  Apply apply(flags);
  absl::Status status =
      apply.Run("rule", wanted->rules, *rules, [&](const auto& rule, std::string& name) {
        const auto result = session.client().RegisterInvalidationRule(rule);
        if (!result.ok()) return result.status();
        session.Warn(result->warnings);
        name = result->rule.name;
        return absl::OkStatus();
      });
  if (status.ok()) {
    status = apply.Run("relationship", wanted->relationships, *relationships,
                       [&](const auto& relationship, std::string& name) {
                         const auto result =
                             session.client().RegisterDataRelationship(relationship);
                         if (!result.ok()) return result.status();
                         session.Warn(result->warnings);
                         name = result->relationship.name;
                         return absl::OkStatus();
                       });
  }
  session.Print(apply.Finish());  // also after an error: what was done until then
  if (!status.ok()) return status;
  return ExitCode::kOk;
}

absl::StatusOr<ExitCode> RunExport(Session& session) {
  const auto rules = session.client().ListInvalidationRules();
  if (!rules.ok()) return rules.status();
  const auto relationships = session.client().ListDataRelationships();
  if (!relationships.ok()) return relationships.status();
  const std::string json = DefinitionsToJson(*rules, *relationships);
  session.Print({json, JsonToYaml(json)});  // here the text for people is YAML
  return ExitCode::kOk;
}

}  // namespace

void AddApplyCommands(CLI::App* app, Action& chosen) {
  auto flags = std::make_shared<Flags>();
  CLI::App* apply = app->add_subcommand("apply", "Registers the rules and relationships of a file");
  apply->add_option("-f,--file", flags->file, "YAML or JSON, - for standard input")->required();
  apply->add_flag(
      "--dry-run", flags->dry_run,
      "Check the file and show what would change; the service does not check the values");
  apply->footer(
      "Rules and relationships that the file does not name stay registered. Safe to repeat.");
  OnChosen(apply, chosen, [flags](Session& session) { return RunApply(*flags, session); });

  CLI::App* exported =
      app->add_subcommand("export", "Prints all rules and relationships in the format of apply");
  OnChosen(exported, chosen, RunExport);
}

}  // namespace cache_invalidation::cachectl
