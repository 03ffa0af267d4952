// SPDX-License-Identifier: Apache-2.0

#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "client/cachectl/commands.h"
#include "client/cachectl/report.h"
#include "client/json.h"
#include "client/subscriber.h"

namespace cache_invalidation::cachectl {
namespace {

using client::Subscriber;

// Such as `user:, order: and 5 more`; empty if there are none.
std::string NamesOf(const char* kind, const std::vector<std::string>& first, uint32_t count) {
  if (count == 0) return "";
  const std::string rest =
      count > first.size() ? absl::StrCat(" and ", count - first.size(), " more") : "";
  return absl::StrCat(kind, " ", absl::StrJoin(first, ", "), rest);
}

std::string FilterOf(const Subscriber& subscriber) {
  if (!subscriber.filter.has_value()) return "";
  const std::string tags = NamesOf("tags", subscriber.filter->first_tags, subscriber.filter->tags);
  const std::string keys =
      NamesOf("keys", subscriber.filter->first_key_prefixes, subscriber.filter->key_prefixes);
  if (tags.empty() && keys.empty()) return "everything";
  return absl::StrCat(tags, tags.empty() || keys.empty() ? "" : "; ", keys);
}

std::string TextOf(const std::vector<Subscriber>& subscribers) {
  Table table({"NAME", "INSTANCE", ">REVISION", ">LAG", "WAITED FOR", ">LEASE LEFT", "CONNECTED",
               "FILTER"});
  for (const Subscriber& one : subscribers) {
    const std::string since =
        one.connected_since.has_value()
            ? absl::FormatTime("%Y-%m-%d %H:%M:%SZ", *one.connected_since, absl::UTCTimeZone())
            : "no";
    table.Add({one.name, one.instance, absl::StrCat(one.position.revision), absl::StrCat(one.lag),
               one.acknowledges ? "yes" : "no",
               absl::FormatDuration(absl::Trunc(one.lease_left, absl::Milliseconds(100))), since,
               FilterOf(one)});
  }
  return table.ToString();
}

}  // namespace

void AddSubscriberCommands(CLI::App* app, Action& chosen) {
  CLI::App* group = app->add_subcommand("subscriber", "The subscribers of the namespace");
  group->require_subcommand(1);
  CLI::App* list = group->add_subcommand(
      "list", "Lists those that are connected or whose lease still runs: how far each is");
  list->footer(
      "WAITED FOR: whether calls with --wait wait for it. REVISION: what it has applied or, if it\n"
      "does not acknowledge, what was sent to it. CONNECTED: no for one that has gone, which is\n"
      "listed until its lease ends, and which `stats` does not count.");
  OnChosen(list, chosen, [](Session& session) -> absl::StatusOr<ExitCode> {
    const auto subscribers = session.client().ListSubscribers();
    if (!subscribers.ok()) return subscribers.status();
    session.Print({client::ToJson(client::SubscriberPage{.subscribers = *subscribers}),
                   TextOf(*subscribers)});
    return ExitCode::kOk;
  });
}

}  // namespace cache_invalidation::cachectl
