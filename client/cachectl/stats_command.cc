#include "client/cachectl/commands.h"

#include <string>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "client/cachectl/names.h"
#include "client/cachectl/table.h"
#include "client/json.h"

namespace cache_invalidation::cachectl {
namespace {

using client::InvalidationStats;

std::string AsText(const InvalidationStats& stats) {
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

}  // namespace

void AddStatsCommand(CLI::App* app, Action& chosen) {
  CLI::App* command = app->add_subcommand("stats", "Shows the counters of the namespace");
  OnChosen(command, chosen, [](Session& session) -> absl::StatusOr<ExitCode> {
    const auto stats = session.client().GetInvalidationStats();
    if (!stats.ok()) return stats.status();
    session.Print({client::ToJson(*stats), AsText(*stats)});
    return ExitCode::kOk;
  });
}

}  // namespace cache_invalidation::cachectl
