#include "client/connect/redis/redis_check.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/connect/redis/redis_cache.h"
#include "client/connect/redis/redis_connection.h"

namespace cache_invalidation::connect {
namespace {

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
