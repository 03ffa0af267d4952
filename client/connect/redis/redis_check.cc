#include "client/connect/redis/redis_check.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/connect/redis/redis_cache.h"
#include "client/connect/redis/redis_connection.h"

namespace cache_invalidation::connect {
namespace {

// Follows a prefix: no application has such a key.
constexpr char kUnused[] = ":cache_invalidation:check";

void CheckServer(const std::string& info, std::vector<RedisFinding>& findings) {
  if (InfoValue(info, "cluster_enabled") == "1") {
    findings.push_back({true, "a cluster of Redis is not supported: its keys are apart"});
  }
  if (InfoValue(info, "role") != "master") {
    findings.push_back({true, "this Redis is a replica: name the master"});
  }
  if (absl::StartsWith(InfoValue(info, "maxmemory_policy"), "allkeys-")) {
    findings.push_back({false,
                        "maxmemory-policy can evict the position, and everything is dropped at "
                        "the next start; with volatile-lru it stays"});
  }
}

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

}  // namespace

std::vector<RedisFinding> CheckRedis(const RedisOptions& options) {
  const auto connection = RedisConnection::Connect(options.redis);
  if (!connection.ok()) return {{true, std::string(connection.status().message())}};
  std::vector<RedisFinding> findings;
  const auto info = (*connection)->Run({"INFO"});
  if (!info.ok()) return {{true, std::string(info.status().message())}};
  if (info->text.has_value()) {
    CheckServer(*info->text, findings);
  } else {
    findings.push_back({true, absl::StrCat("INFO: ", info->error)});
  }
  const std::vector<RedisCommand> commands = CommandsOf(options);
  const auto replies = (*connection)->Pipeline(commands);
  if (!replies.ok()) return {{true, std::string(replies.status().message())}};
  for (size_t i = 0; i < commands.size(); ++i) {
    const RedisResult& reply = (*replies)[i];
    if (reply.error.empty()) continue;
    // Dropping works when it is full; a position is then not kept.
    const bool is_full = reply.IsError("OOM");
    findings.push_back({!is_full, absl::StrCat(commands[i].front(), ": ", reply.error)});
  }
  return findings;
}

}  // namespace cache_invalidation::connect
