// SPDX-License-Identifier: Apache-2.0

#include <memory>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "client/cachectl/commands.h"
#include "client/cachectl/flags.h"
#include "client/cachectl/report.h"
#include "client/cachectl/result_text.h"
#include "client/json.h"

namespace cache_invalidation::cachectl {
namespace {

using client::InvalidationStats;

std::string StatsText(const InvalidationStats& stats) {
  Table counters({"", ">"});
  const auto add = [&](const char* name, uint64_t value) {
    counters.Add({name, absl::StrCat(value)});
  };
  add("rules", stats.rules);
  add("relationships", stats.relationships);
  add("invalidations", stats.total_invalidations);
  add("  immediate", stats.immediate_invalidations);
  add("  batched", stats.batched_invalidations);
  add("  lazy", stats.lazy_invalidations);
  add("  cascade", stats.cascade_invalidations);
  add("widened", stats.widened);
  add("pending targets", stats.pending_targets);
  add("tracked entries", stats.tracked_entries);
  add("dependency edges", stats.dependency_edges);
  add("unchecked fills", stats.unchecked_fills);
  add("refused fills", stats.refused_fills);
  add("dropped entries", stats.dropped_entries);
  add("subscribers", stats.subscribers);
  add("revision", stats.position.revision);
  std::string out = absl::StrCat(counters.ToString(), "epoch ", stats.position.epoch, "\n");
  if (stats.rule_details.empty()) return out;
  Table rules({"RULE", ">PRIORITY", "STRATEGY", "ENABLED", ">EXECUTIONS", ">ERRORS", "LAST"});
  for (const client::RuleDetail& rule : stats.rule_details) {
    const client::RuleStatistics& statistics = rule.statistics;
    rules.Add({rule.name, absl::StrCat(rule.priority), NameOf(rule.strategy),
               rule.enabled ? "yes" : "no", absl::StrCat(statistics.execution_count),
               absl::StrCat(statistics.condition_errors),
               statistics.last_execution.has_value()
                   ? absl::FormatTime("%Y-%m-%d %H:%M:%S", *statistics.last_execution,
                                      absl::UTCTimeZone())
                   : ""});
  }
  return absl::StrCat(out, "\n", rules.ToString());
}

void AddNamespaceList(CLI::App* group, Action& chosen) {
  CLI::App* command = group->add_subcommand("list", "Lists the namespaces by name");
  OnChosen(command, chosen, [](Session& session) -> absl::StatusOr<ExitCode> {
    const auto names = session.client().ListNamespaces();
    if (!names.ok()) return names.status();
    std::string text;
    for (const std::string& name : *names) absl::StrAppend(&text, name, "\n");
    session.Print({client::ToJson(client::NamespacePage{.names = *names}), text});
    return ExitCode::kOk;
  });
}

void AddDelete(CLI::App* group, Action& chosen) {
  struct Flags {
    std::string name;
    bool yes = false;
    WaitFlags wait;
  };
  auto flags = std::make_shared<Flags>();
  CLI::App* command = group->add_subcommand(
      "delete",
      "Deletes a namespace: its rules, relationships, dependencies, entries and history. Its "
      "subscribers drop everything");
  command->add_option("name", flags->name, "Its name; --namespace is ignored")->required();
  command->add_flag("--yes", flags->yes, "Confirm; a deleted namespace cannot be restored");
  AddWaitFlags(command, &flags->wait);
  OnChosen(command, chosen, [flags](Session& session) -> absl::StatusOr<ExitCode> {
    if (!flags->yes) {
      return absl::InvalidArgumentError(
          absl::StrCat("nothing was deleted: add --yes to delete the namespace ", flags->name,
                       " with its rules, relationships, dependencies, entries and history"));
    }
    const auto result = session.client().DeleteNamespace(
        client::DeleteNamespaceParams{.name = flags->name, .wait = flags->wait.Get()});
    if (result.ok() && !result->found) {
      return absl::NotFoundError(absl::StrCat("no namespace is called ", flags->name));
    }
    return session.Show(result, [&](const client::NamespaceDeletion& deletion) {
      return absl::StrCat("namespace ", flags->name, " deleted\n", TextOf(deletion.waiting));
    });
  });
}

}  // namespace

void AddStatsCommand(CLI::App* app, Action& chosen) {
  CLI::App* command = app->add_subcommand("stats", "Shows the counters of the namespace");
  command->footer(
      "subscribers: those that are connected. `subscriber list` also shows those that have gone,\n"
      "until their lease ends.");
  OnChosen(command, chosen, [](Session& session) -> absl::StatusOr<ExitCode> {
    return session.Show(session.client().GetInvalidationStats(), StatsText);
  });
}

void AddNamespaceCommands(CLI::App* app, Action& chosen) {
  CLI::App* group = app->add_subcommand("namespace", "The namespaces of the service");
  group->require_subcommand(1);
  AddNamespaceList(group, chosen);
  AddDelete(group, chosen);
}

}  // namespace cache_invalidation::cachectl
