// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_CONNECT_REDIS_REDIS_CONNECTION_H_
#define CACHE_INVALIDATION_CLIENT_CONNECT_REDIS_REDIS_CONNECTION_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/connect/redis/redis_options.h"

struct redisContext;  // of hiredis

namespace cache_invalidation::connect {

// A command with its arguments. They are sent with their lengths, so that any bytes are data.
using RedisCommand = std::vector<std::string>;

// What Redis returns for one command.
struct RedisResult {
  std::string error = {};                // `NOPERM ...`; empty if it is none
  std::optional<std::string> text = {};  // of a string or a status
  int64_t number = 0;
  std::vector<RedisResult> elements = {};
  bool is_null = false;

  bool is_error() const { return !error.empty(); }
  // Whether the error has this code, which is its first word.
  bool IsError(const std::string& code) const;
};

// A connection to Redis, by hiredis. Blocks, for kTimeout at most without any byte. Fails with
// UNAVAILABLE if there is no connection, or it is lost; then only the destructor may be called. A
// refused command does not fail: its error is in what Redis returns. hiredis writes without
// MSG_NOSIGNAL: a process that does not call IgnoreClosedPipes ends with SIGPIPE when a connection
// is lost. Thread-compatible.
class RedisConnection {
 public:
  // Also authenticates and selects the database, if there is something to select.
  static absl::StatusOr<std::unique_ptr<RedisConnection>> Connect(const RedisAddress& address);
  ~RedisConnection();

  RedisConnection(const RedisConnection&) = delete;
  RedisConnection& operator=(const RedisConnection&) = delete;

  // Sends commands together and returns what Redis returns for each.
  absl::StatusOr<std::vector<RedisResult>> Pipeline(const std::vector<RedisCommand>& commands);
  absl::StatusOr<RedisResult> Run(const RedisCommand& command);
  // As Pipeline, but fails with UNAVAILABLE if one is refused as well.
  absl::StatusOr<std::vector<RedisResult>> RunAll(const std::vector<RedisCommand>& commands);

 private:
  explicit RedisConnection(redisContext* context) : context_(context) {}

  absl::Status Lost() const;

  redisContext* const context_;
};

}  // namespace cache_invalidation::connect

#endif  // CACHE_INVALIDATION_CLIENT_CONNECT_REDIS_REDIS_CONNECTION_H_
