// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_CONNECT_REFILLED_CACHES_H_
#define CACHE_INVALIDATION_TESTS_CONNECT_REFILLED_CACHES_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "tests/connect/connector.h"
#include "tests/connect/redis_server.h"
#include "tests/connect/scripted_http_server.h"
#include "tests/connect/varnish.h"
#include "tests/postgres/postgres_cluster.h"

namespace cache_invalidation {

// A Redis and a Varnish with what readers load from the table "price" of a database while its rows
// change: nothing but a sink drops it. Readers and the writer go on when any of the programs dies.
// For one thread.
class RefilledCaches {
 public:
  // Creates the table. `cluster` must outlive it.
  RefilledCaches(const PostgresCluster& cluster, uint32_t seed);
  // As Stop.
  ~RefilledCaches();

  // What sinks need to know.
  ConnectorSetting RedisSink(const std::string& endpoint) const;
  ConnectorSetting VarnishSink(const std::string& endpoint) const;

  RedisServer& redis() { return redis_; }
  Varnish& varnish() { return varnish_; }

  // Ends the threads.
  void Stop();

  // Returns what is cached and is not what the database has, a line each. REQUIRES: stopped, and
  // all programs run.
  std::vector<std::string> Old();

  uint64_t updates() const { return updates_; }
  // Values of a cache that readers got; of Varnish also those that it loaded for it.
  uint64_t hits() const { return hits_; }

 private:
  // Changes rows, and reads them from a cache, until stopped.
  void Write(uint32_t seed);
  void ReadRedis(uint32_t seed);
  void ReadVarnish(uint32_t seed);

  const PostgresCluster& cluster_;
  RedisServer redis_;
  ScriptedHttpServer origin_;
  Varnish varnish_;
  std::atomic<bool> stopped_ = false;
  std::atomic<uint64_t> updates_ = 0;
  std::atomic<uint64_t> hits_ = 0;
  std::vector<std::thread> threads_;
};

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_CONNECT_REFILLED_CACHES_H_
