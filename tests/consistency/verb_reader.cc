// SPDX-License-Identifier: Apache-2.0

#include "tests/consistency/verb_reader.h"

#include <functional>
#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "common/check.h"
#include "examples/user_repository/database.h"
#include "tests/consistency/users.h"

namespace cache_invalidation::consistency {
namespace {

using client::Load;
using client::ReadOptions;

constexpr absl::string_view kPrefix = "user:";
// Of the values that are loaded ahead of it.
constexpr absl::Duration kTtl = absl::Seconds(2);

// A connection is for one thread.
Database& DatabaseOfThisThread(const std::string& file) {
  thread_local std::optional<Database> database;
  if (!database.has_value()) {
    absl::StatusOr<Database> opened = Database::Open(file);
    Check(opened.ok(), "the database can be opened");
    database.emplace(*std::move(opened));
  }
  return *database;
}

}  // namespace

VerbReader::VerbReader(const client::Client& client, Options options)
    : options_(std::move(options)),
      cache_(client,
             {.name = options_.name,
              .ttl = options_.outage ? absl::InfiniteDuration() : kTtl,
              .refresh_ahead = options_.outage ? 0 : 0.5,
              .stale_for = options_.stale_for,
              .lease = options_.lease,
              .executor = [this](std::function<void()> task) { executor_.Run(std::move(task)); }}) {
  // The one load of a user would be for nothing.
  if (options_.outage) (void)cache_.AwaitLive(absl::Seconds(10));
}

absl::StatusOr<uint64_t> VerbReader::Load(client::Load& load) const {
  const std::string id = load.key().substr(kPrefix.size());
  load.AddTag(load.key());
  auto rows =
      DatabaseOfThisThread(options_.database).Run("SELECT name FROM users WHERE id = ?", {id});
  if (!rows.ok()) return rows.status();
  uint64_t version = 0;
  Check(rows->size() == 1 && absl::SimpleAtoi(rows->front()[0], &version),
        "users are named after their version");
  return version;
}

std::vector<VerbReader::Result> VerbReader::ReadMany(const std::vector<std::string>& keys,
                                                     const ReadOptions& options) const {
  const auto load = [this](absl::Span<client::Load* const> missing) {
    std::vector<absl::StatusOr<uint64_t>> versions;
    for (client::Load* const each : missing) versions.push_back(Load(*each));
    return versions;
  };
  return cache_.GetOrLoadMany(keys, load, options);
}

VerbReader::Result VerbReader::ReadInOutage(const std::string& key, bool fails) {
  const auto load = [this, fails](client::Load& load) -> absl::StatusOr<uint64_t> {
    if (fails) return absl::UnavailableError("no database");
    return Load(load);
  };
  return cache_.GetOrLoad(key, load, {.if_error = true});
}

std::vector<VerbReader::Seen> VerbReader::Read(std::mt19937& random, int processes) {
  const auto any_key = [&] {
    return absl::StrCat(kPrefix, UserId(static_cast<int>(random() % processes),
                                        static_cast<int>(random() % kUsersOfAProcess)));
  };
  std::vector<std::string> keys = {any_key()};
  std::vector<Result> results;
  switch (options_.outage ? 0 : random() % 5) {
    case 0:
      results.push_back(ReadInOutage(
          keys[0], options_.outage ? !loaded_.insert(keys[0]).second : random() % 2 == 0));
      break;
    case 1:
      results.push_back(
          cache_.GetOrLoadFuture(keys[0], [this](client::Load& load) { return Load(load); }).get());
      break;
    case 2:
      results.push_back(cache_.GetOrLoad(keys[0], [this](client::Load& load) { return Load(load); },
                                         {.while_revalidating = true}));
      break;
    default:
      keys.push_back(any_key());
      results = ReadMany(keys, {.while_revalidating = random() % 2 == 0});
      break;
  }
  std::vector<Seen> seen;
  for (size_t i = 0; i < keys.size(); ++i) {
    if (!results[i].ok()) continue;
    seen.push_back({.id = keys[i].substr(kPrefix.size()),
                    .version = **results[i],
                    .is_stale = results[i]->is_stale()});
  }
  return seen;
}

}  // namespace cache_invalidation::consistency
