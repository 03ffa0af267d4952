// SPDX-License-Identifier: Apache-2.0

#include "client/connect/redis/redis_sink.h"

#include <optional>
#include <random>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/connect/redis/redis_cache.h"
#include "client/connect/redis/redis_connection.h"
#include "client/connect/redis/redis_targets.h"
#include "client/connect/sink_feed.h"

namespace cache_invalidation::connect {
namespace {

constexpr absl::Duration kLongestPause = absl::Seconds(5);

// Two processes must not have the same.
std::string NewId() {
  std::random_device random;
  std::string id;
  for (int i = 0; i < 4; ++i) absl::StrAppendFormat(&id, "%08x", random());
  return id;
}

// Follows a prefix: no application has such a key.
constexpr char kUnused[] = ":cache_invalidation:check";

std::vector<RedisCommand> CommandsOf(const RedisOptions& options) {
  const std::string own = options.position_key();
  std::vector<RedisCommand> commands = {{"WATCH", own},
                                        {"MGET", options.owner_key(), own},
                                        {"UNWATCH"},
                                        {"MULTI"},
                                        {"EXEC"},
                                        {"SET", own + ":check", "", "PX", "1"},
                                        {"PEXPIRE", options.owner_key() + ":check", "1"},
                                        {"SCAN", "0", "COUNT", "1"}};
  for (const std::string& prefix : options.prefixes) {
    commands.push_back({"UNLINK", prefix + kUnused});
  }
  if (!options.versions.empty()) commands.push_back({"UNLINK", options.versions + kUnused});
  return commands;
}

Finding Error(absl::string_view what) { return {.sentence = absl::StrCat("redis: ", what)}; }
Finding Warning(absl::string_view what) {
  return {.is_error = false, .sentence = absl::StrCat("redis: ", what)};
}

}  // namespace

RedisSink::RedisSink(RedisOptions options, std::shared_ptr<client::Connection> connection,
                     Clock& clock, journal::Journal& journal, RedisStatus& status)
    : options_(std::move(options)),
      id_(NewId()),
      client_(std::move(connection)),
      clock_(clock),
      journal_(journal),
      status_(status),
      thread_(
          clock, journal, {"cache", options_.name}, kLongestPause,
          [this](const std::stop_token& stop) { return Follow(stop); },
          [this](absl::string_view why) {
            status_.Update([why](RedisFigures& figures) { figures.Lose(why); });
          }) {}

absl::Status RedisSink::Follow(const std::stop_token& stop) {
  const auto connection = RedisConnection::Connect(options_.redis);
  if (!connection.ok()) return connection.status();
  RedisCache cache(options_, id_, **connection, stop, status_);
  absl::Status status = cache.Open();
  if (!status.ok()) return status;
  SinkFeed feed({.client = client_,
                 .clock = clock_,
                 .journal = journal_,
                 .stop = stop,
                 .cache = options_.name,
                 .subscription = {.name = "connect-" + options_.name,
                                  .start_after = cache.position(),
                                  .acknowledgement = client::Acknowledgement::kNone},
                 .queue = options_.queue,
                 .targets_of =
                     [this](const client::Event& event) {
                       SinkTargets targets;
                       status_.Update([&](RedisFigures& figures) {
                         targets = RedisTargetsOf(options_, event, figures.counts);
                       });
                       return targets;
                     },
                 .update = [this](const auto& change) { status_.Update(change); }});
  absl::Duration renew_at = clock_.Monotonic() + RedisCache::kRenew;
  while (status.ok() && !stop.stop_requested()) {
    std::optional<SinkQueue::Batch> batch = feed.Await(renew_at, {}, RedisCache::kKeysTogether);
    if (batch.has_value()) {
      const absl::StatusOr<bool> kept = cache.Drop(batch->targets, batch->position);
      status = kept.status();
      if (kept.ok() && !*kept) batch->position.reset();
      if (kept.ok()) feed.Dropped(*std::move(batch));
    }
    if (status.ok() && clock_.Monotonic() >= renew_at) {
      status = cache.Renew();
      renew_at = clock_.Monotonic() + RedisCache::kRenew;
    }
    status.Update(feed.status());
  }
  if (status.ok()) cache.Release();
  return status;
}

std::vector<Finding> CheckRedis(const RedisOptions& options) {
  const auto connection = RedisConnection::Connect(options.redis);
  if (!connection.ok()) return {Error(connection.status().message())};
  const auto info = (*connection)->RunAll({{"INFO"}});
  if (!info.ok()) return {Error(info.status().message())};
  std::vector<Finding> findings;
  const std::string text = info->front().text.value_or("");
  const std::string fault = FaultOf(text);
  if (!fault.empty()) findings.push_back(Error(fault));
  if (absl::StartsWith(InfoValue(text, "maxmemory_policy"), "allkeys-")) {
    findings.push_back(
        Warning("maxmemory-policy can evict the position, and everything is dropped at the next "
                "start; with volatile-lru it stays"));
  }
  const std::vector<RedisCommand> commands = CommandsOf(options);
  const auto results = (*connection)->Pipeline(commands);
  if (!results.ok()) return {Error(results.status().message())};
  for (size_t i = 0; i < commands.size(); ++i) {
    const RedisResult& result = (*results)[i];
    if (!result.is_error()) continue;
    const std::string refusal = absl::StrCat(commands[i].front(), ": ", result.error);
    // Dropping works when it is full; a position is then not kept.
    findings.push_back(result.IsError("OOM") ? Warning(refusal) : Error(refusal));
  }
  return findings;
}

}  // namespace cache_invalidation::connect
