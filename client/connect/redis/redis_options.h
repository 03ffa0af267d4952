// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_CONNECT_REDIS_REDIS_OPTIONS_H_
#define CACHE_INVALIDATION_CLIENT_CONNECT_REDIS_REDIS_OPTIONS_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "client/connect/redis/key_template.h"
#include "client/connect/sink_queue.h"

namespace cache_invalidation::connect {

struct RedisAddress {
  std::string address = {};  // `host:port` or `unix:/path`
  std::string user = {};     // empty: the default user
  std::string password = {};
  size_t database = 0;
};

// How everything is dropped.
enum class RedisEverything {
  // Every key under the prefixes.
  kUnlink,
  // The version of everything: all values carry it.
  kVersion,
  // FLUSHDB: the whole database, also what is no cache.
  kFlush,
};

// What a Redis database holds of caches, and how it is kept true.
struct RedisOptions {
  RedisAddress redis = {};

  // Of the sink: shown among the subscribers, and part of the names of its own keys.
  std::string name = {};

  // The keys that are caches begin with one of these; no other key is ever dropped.
  std::vector<std::string> prefixes = {};

  // Comes before the keys that events name, if a library puts it there.
  std::string key_prefix = {};

  // A tag T has its version in the key `versions` + T, and everything has it in `versions`. Empty:
  // no versions.
  std::string versions = {};

  std::vector<KeyTemplate> templates = {};
  std::string templates_text = {};  // as configured, for Fingerprint

  RedisEverything everything = RedisEverything::kUnlink;
  bool i_own_this_database = false;

  SinkQueueOptions queue = {};

  std::string position_key() const { return "cache_invalidation:position:" + name; }
  std::string owner_key() const { return "cache_invalidation:owner:" + name; }
};

// Returns what is wrong with the options: INVALID_ARGUMENT.
absl::Status CheckRedisOptions(const RedisOptions& options);

// Returns whether a key is one of the caches'.
bool IsCacheKey(const RedisOptions& options, absl::string_view key);

// Returns text that differs if the options make another set of keys from an event: a position
// belongs to the options that it was reached with.
std::string Fingerprint(const RedisOptions& options);

}  // namespace cache_invalidation::connect

#endif  // CACHE_INVALIDATION_CLIENT_CONNECT_REDIS_REDIS_OPTIONS_H_
