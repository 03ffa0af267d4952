// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_CONNECT_REDIS_SERVER_H_
#define CACHE_INVALIDATION_TESTS_CONNECT_REDIS_SERVER_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/connect/redis/redis_connection.h"
#include "tests/support/program.h"

namespace cache_invalidation {

// A Redis server in a temporary directory, reachable only through a socket there unless its flags
// give it a port. Needs the package redis-server (`./dev test` installs it). Aborts with Redis'
// message. For one thread.
class RedisServer {
 public:
  static bool IsInstalled();

  // Returns when it responds. `flags` of redis-server override ours.
  explicit RedisServer(std::vector<std::string> flags = {});
  ~RedisServer();

  RedisServer(const RedisServer&) = delete;
  RedisServer& operator=(const RedisServer&) = delete;

  // `unix:/path`.
  const std::string& address() const { return address_; }
  pid_t pid() const { return program_->pid(); }

  // As after a crash; Start then reads what the last SAVE has written.
  void Kill();
  void Start();

  // Runs a command as the default user; aborts if it is refused.
  connect::RedisResult Run(const connect::RedisCommand& command);

  void Set(const std::string& key, const std::string& value = "old") { Run({"SET", key, value}); }
  bool Has(const std::string& key) { return Run({"EXISTS", key}).number == 1; }
  std::optional<std::string> Get(const std::string& key) { return Run({"GET", key}).text; }

  // Block until a key is not there, or is there.
  void AwaitGone(const std::string& key);
  void AwaitKey(const std::string& key);

 private:
  const std::string directory_;
  const std::string address_;
  const std::vector<std::string> flags_;
  std::unique_ptr<Program> program_;
  std::unique_ptr<connect::RedisConnection> connection_;
};

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_CONNECT_REDIS_SERVER_H_
