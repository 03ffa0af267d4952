#include "client/cachectl/commands.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <optional>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "client/cachectl/flags.h"
#include "client/cachectl/table.h"
#include "client/json.h"

namespace cache_invalidation::cachectl {
namespace {

using client::CacheDependency;

// The largest page that the service returns.
constexpr int32_t kPageSize = 1'000;

std::string AsText(const client::DependencyPage& page) {
  Table table({"KEY", "DEPENDS ON", "AS", "DECLARED", "OWNED", "EXPIRES"});
  for (const CacheDependency& edge : page.dependencies) {
    table.Add(
        {edge.key, edge.depends_on, edge.kind == CacheDependency::Kind::kTag ? "tag" : "key",
         edge.declared ? "yes" : "no", edge.owned ? "yes" : "no",
         edge.expires.has_value() ? absl::FormatTime(*edge.expires, absl::UTCTimeZone()) : ""});
  }
  return table.ToString();
}

void AddAdd(CLI::App* group, Action& chosen) {
  auto params = std::make_shared<client::AddCacheDependencyParams>();
  auto position = std::make_shared<PositionFlags>();
  CLI::App* command = group->add_subcommand("add", "Declares what a key was computed from");
  command->add_option("key", params->key, "The dependent key")->required();
  AddDependencyFlags(command, &params->depends_on);
  AddDurationFlag(command, "--ttl", &params->ttl, "How long the declaration lasts [until removed]");
  AddPositionFlags(
      command, position.get(),
      "Position before you read the sources; if one has moved since, the key is invalidated");
  OnChosen(command, chosen, [params, position](Session& session) -> absl::StatusOr<ExitCode> {
    params->position = position->Get();
    const auto result = session.client().AddCacheDependency(*params);
    if (!result.ok()) return result.status();
    session.Warn(result->warnings);
    session.Print(
        {client::ToJson(*result),
         absl::StrCat(result->added, " added",
                      result->invalidated ? "; a source had moved: invalidated" : "", "\n")});
    return ExitCode::kOk;
  });
}

void AddRemove(CLI::App* group, Action& chosen) {
  auto params = std::make_shared<client::RemoveCacheDependencyParams>();
  CLI::App* command = group->add_subcommand("remove", "Removes declared dependencies of a key");
  command->add_option("key", params->key, "The dependent key")->required();
  AddDependencyFlags(command, &params->depends_on);
  command->footer("Without names: all declared dependencies of the key.");
  OnChosen(command, chosen, [params](Session& session) -> absl::StatusOr<ExitCode> {
    const auto result = session.client().RemoveCacheDependency(*params);
    if (!result.ok()) return result.status();
    if (!result->found) {
      return absl::NotFoundError(absl::StrCat("no such dependency of ", params->key));
    }
    session.Print({client::ToJson(*result), absl::StrCat(result->removed, " removed\n")});
    return ExitCode::kOk;
  });
}

void AddList(CLI::App* group, Action& chosen) {
  auto params = std::make_shared<client::ListCacheDependenciesParams>();
  auto dependents = std::make_shared<bool>(false);
  auto limit = std::make_shared<size_t>(kPageSize);
  CLI::App* command = group->add_subcommand("list", "Lists what a key depends on");
  command->add_option("name", params->name, "A key, or with --dependents a key or tag")->required();
  command->add_flag("--dependents", *dependents, "List what depends on the name instead");
  command->add_option("--limit", *limit, "Maximum number of results")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  OnChosen(
      command, chosen, [params, dependents, limit](Session& session) -> absl::StatusOr<ExitCode> {
        if (*dependents) params->direction = client::DependencyDirection::kDependents;
        client::DependencyPage all;
        do {
          params->page_size =
              static_cast<int32_t>(std::min<size_t>(kPageSize, *limit - all.dependencies.size()));
          auto page = session.client().ListCacheDependencies(*params);
          if (!page.ok()) return page.status();
          std::move(page->dependencies.begin(), page->dependencies.end(),
                    std::back_inserter(all.dependencies));
          params->page_token = page->next_page_token;
        } while (!params->page_token.empty() && all.dependencies.size() < *limit);
        if (!params->page_token.empty()) session.Warn({"there are more results: raise --limit"});
        session.Print({client::ToJson(all), AsText(all)});
        return ExitCode::kOk;
      });
}

}  // namespace

void AddDependencyCommands(CLI::App* app, Action& chosen) {
  CLI::App* group = app->add_subcommand("dependency", "What cached keys were computed from");
  group->require_subcommand(1);
  AddAdd(group, chosen);
  AddRemove(group, chosen);
  AddList(group, chosen);
}

}  // namespace cache_invalidation::cachectl
