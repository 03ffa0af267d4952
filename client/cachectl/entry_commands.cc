#include "client/cachectl/commands.h"

#include <memory>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cachectl/flags.h"
#include "client/cachectl/names.h"
#include "client/cachectl/table.h"
#include "client/json.h"

namespace cache_invalidation::cachectl {
namespace {

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
    const auto answer = session.client().TrackEntries({*entry});
    if (!answer.ok()) return answer.status();
    session.Warn(answer->warnings);
    Table table({"KEY", "OUTCOME", "MOVED"});
    bool kept = true;
    for (const client::TrackResult& result : answer->results) {
      table.Add({result.key, NameOf(result.outcome), result.moved});
      kept = kept && result.outcome == client::FillOutcome::kKept;
    }
    session.Print({client::ToJson(*answer), table.ToString()});
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

void AddLookup(CLI::App* group, Action& chosen) {
  auto key = std::make_shared<std::string>();
  CLI::App* command = group->add_subcommand("lookup", "Shows whether an entry may be used");
  command->add_option("key", *key, "Its key")->required();
  OnChosen(command, chosen, [key](Session& session) -> absl::StatusOr<ExitCode> {
    const auto answer = session.client().LookupEntry(*key);
    if (!answer.ok()) return answer.status();
    Table table({"", ""});
    table.Add({"state", NameOf(answer->state)});
    table.Add({"tags", absl::StrCat(absl::StrJoin(answer->tags, " "),
                                    answer->more_tags == 0
                                        ? ""
                                        : absl::StrCat(" and ", answer->more_tags, " more"))});
    if (answer->ttl.has_value()) table.Add({"ttl", absl::FormatDuration(*answer->ttl)});
    if (!answer->fill_id.empty()) table.Add({"fill id", answer->fill_id});
    table.Add({"epoch", answer->position.epoch});
    table.Add({"revision", absl::StrCat(answer->position.revision)});
    session.Print({client::ToJson(*answer), table.ToString()});
    return ExitCode::kOk;
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
    const auto answer = session.client().Validate(params);
    if (!answer.ok()) return answer.status();
    Table table({"", "NAME", "STATE"});
    bool moved = false;
    const auto add = [&](const char* kind, const std::string& name, client::ValidationState state) {
      table.Add({kind, name, NameOf(state)});
      moved = moved || state == client::ValidationState::kMoved;
    };
    for (size_t i = 0; i < answer->keys.size(); ++i) add("key", flags->keys[i], answer->keys[i]);
    for (size_t i = 0; i < answer->tags.size(); ++i) add("tag", flags->tags[i], answer->tags[i]);
    session.Print({client::ToJson(*answer), table.ToString()});
    return moved ? ExitCode::kConflict : ExitCode::kOk;
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

}  // namespace cache_invalidation::cachectl
