// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_BENCHMARK_REDIS_PEER_H_
#define CACHE_INVALIDATION_TESTS_BENCHMARK_REDIS_PEER_H_

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tests/benchmark/audience.h"
#include "tests/connect/redis_server.h"

namespace cache_invalidation {

// Redis, as the peer that the service is compared with: over TCP like the service, and without
// files. For one thread.
class RedisPeer {
 public:
  // Null if there is no redis-server on this machine.
  static std::unique_ptr<RedisPeer> StartIfInstalled();

  int port() const { return port_; }
  pid_t pid() const { return server_.pid(); }

  // Does what a write does in the service, as a Lua script: takes a revision, notes it for four
  // tags, and publishes them. `batches` times so many scripts, of which each batch is pipelined.
  void RunScripts(int64_t batches, int scripts);

  // Publishes a message that names four tags, pipelined in the same way.
  void Publish(int64_t batches, int messages);

 private:
  explicit RedisPeer(int port);

  void RunBatches(int64_t batches, const std::vector<connect::RedisCommand>& batch);

  const int port_;
  RedisServer server_;
  std::unique_ptr<connect::RedisConnection> connection_;
};

// Subscribers of what is published there. They count messages and read no further.
class RedisSubscribers final : public Audience {
 public:
  RedisSubscribers(const RedisPeer& redis, int count);
  ~RedisSubscribers() override;

  int size() const override { return static_cast<int>(sockets_.size()); }
  int64_t Read(int subscriber) override;

 private:
  std::vector<int> sockets_;
};

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_BENCHMARK_REDIS_PEER_H_
