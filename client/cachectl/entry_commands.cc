// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "client/cachectl/commands.h"
#include "client/cachectl/flags.h"
#include "client/cachectl/report.h"
#include "client/cachectl/result_text.h"
#include "client/json.h"

namespace cache_invalidation::cachectl {
namespace {

using client::CacheDependency;

void AddTrack(CLI::App* group, Action& chosen) {
  auto entry = std::make_shared<client::TrackedEntry>();
  auto position = std::make_shared<PositionFlags>();
  CLI::App* command = group->add_subcommand("track", "Registers an entry that was just filled");
  command->add_option("key", entry->key, "Its key")->required();
  AddDependencyFlags(command, &entry->depends_on);
  command->add_option("--tag", entry->tags, "A tag that it carries")->allow_extra_args(false);
  AddDurationFlag(command, "--ttl", &entry->ttl, "Time to live [until it is invalidated]");
  command->add_option("--fill-id", entry->fill_id,
                      "Identifies this fill; stored beside a shared value");
  command->add_flag("--only-tracked-keys", entry->only_tracked_keys,
                    "Refuse the fill if a key it depends on has no entry");
  AddPositionFlags(command, position.get(),
                   "Position before you loaded; if a name has moved since, the fill is refused");
  OnChosen(command, chosen, [entry, position](Session& session) -> absl::StatusOr<ExitCode> {
    entry->position = position->Get();
    const auto result = session.client().TrackEntries({*entry});
    if (!result.ok()) return result.status();
    session.Warn(result->warnings);
    Table table({"KEY", "OUTCOME", "MOVED"});
    bool kept = true;
    for (const client::TrackResult& entry : result->results) {
      table.Add({entry.key, NameOf(entry.outcome), entry.moved});
      kept = kept && entry.outcome == client::FillOutcome::kKept;
    }
    session.Print({client::ToJson(*result), table.ToString()});
    return kept ? ExitCode::kOk : ExitCode::kConflict;
  });
}

void AddUntrack(CLI::App* group, Action& chosen) {
  auto keys = std::make_shared<std::vector<std::string>>();
  CLI::App* command =
      group->add_subcommand("untrack", "Forgets entries of which no copy exists anywhere");
  command->add_option("keys", *keys, "Their keys")->required();
  OnChosen(command, chosen, [keys](Session& session) -> absl::StatusOr<ExitCode> {
    const auto found = session.client().UntrackEntries(*keys);
    if (!found.ok()) return found.status();
    session.Print({absl::StrCat("{\"found\":", *found, "}"),
                   absl::StrCat(*found, " of ", keys->size(), " were tracked\n")});
    return ExitCode::kOk;
  });
}

std::string EntryAsText(const client::EntryLookup& entry) {
  Table table({"", ""});
  table.Add({"state", NameOf(entry.state)});
  table.Add({"tags", NamesOf(entry.tags, entry.more_tags)});
  if (entry.ttl.has_value()) table.Add({"ttl", absl::FormatDuration(*entry.ttl)});
  if (!entry.fill_id.empty()) table.Add({"fill id", entry.fill_id});
  table.Add({"epoch", entry.position.epoch});
  table.Add({"revision", absl::StrCat(entry.position.revision)});
  return table.ToString();
}

void AddLookup(CLI::App* group, Action& chosen) {
  auto key = std::make_shared<std::string>();
  CLI::App* command = group->add_subcommand("lookup", "Shows whether an entry may be used");
  command->add_option("key", *key, "Its key")->required();
  OnChosen(command, chosen, [key](Session& session) -> absl::StatusOr<ExitCode> {
    return session.Show(session.client().LookupEntry(*key), EntryAsText);
  });
}

void AddValidate(CLI::App* group, Action& chosen) {
  struct Flags {
    std::vector<std::string> keys;
    std::vector<std::string> key_tags;
    std::vector<std::string> tags;
    std::string fill_id;
    PositionFlags position;
  };
  auto flags = std::make_shared<Flags>();
  CLI::App* command =
      group->add_subcommand("validate", "Shows whether keys and tags have moved since a position");
  command->add_option("keys", flags->keys, "Keys to check");
  command->add_option("--key-tag", flags->key_tags, "A tag that each of the keys was cached with")
      ->allow_extra_args(false);
  command->add_option("--fill-id", flags->fill_id, "The fill that each of the keys comes from");
  command->add_option("--tag", flags->tags, "A tag to check on its own")->allow_extra_args(false);
  AddPositionFlags(command, &flags->position, "The position of the values");
  command->get_option("--revision")->required();
  OnChosen(command, chosen, [flags](Session& session) -> absl::StatusOr<ExitCode> {
    client::ValidateParams params{.position = *flags->position.Get(), .tags = flags->tags};
    for (const std::string& key : flags->keys) {
      params.keys.push_back({key, flags->key_tags, flags->fill_id});
    }
    const auto result = session.client().Validate(params);
    if (!result.ok()) return result.status();
    Table table({"", "NAME", "STATE"});
    bool moved = false;
    const auto add = [&](const char* kind, const std::string& name, client::ValidationState state) {
      table.Add({kind, name, NameOf(state)});
      moved = moved || state == client::ValidationState::kMoved;
    };
    for (size_t i = 0; i < result->keys.size(); ++i) add("key", flags->keys[i], result->keys[i]);
    for (size_t i = 0; i < result->tags.size(); ++i) add("tag", flags->tags[i], result->tags[i]);
    session.Print({client::ToJson(*result), table.ToString()});
    return moved ? ExitCode::kConflict : ExitCode::kOk;
  });
}

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
    return session.Show(result, [](const client::DependencyAddition& addition) {
      return absl::StrCat(addition.added, " added",
                          addition.invalidated ? "; a source had moved: invalidated" : "", "\n");
    });
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

void AddDependencyList(CLI::App* group, Action& chosen) {
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

void AddEntryCommands(CLI::App* app, Action& chosen) {
  CLI::App* group = app->add_subcommand("entry", "Cached entries that the service tracks");
  group->require_subcommand(1);
  AddTrack(group, chosen);
  AddUntrack(group, chosen);
  AddLookup(group, chosen);
  AddValidate(group, chosen);
}

void AddDependencyCommands(CLI::App* app, Action& chosen) {
  CLI::App* group = app->add_subcommand("dependency", "What cached keys were computed from");
  group->require_subcommand(1);
  AddAdd(group, chosen);
  AddRemove(group, chosen);
  AddDependencyList(group, chosen);
}

}  // namespace cache_invalidation::cachectl
