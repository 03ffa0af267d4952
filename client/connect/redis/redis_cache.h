// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_CONNECT_REDIS_REDIS_CACHE_H_
#define CACHE_INVALIDATION_CLIENT_CONNECT_REDIS_REDIS_CACHE_H_

#include <cstddef>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "client/connect/redis/redis_connection.h"
#include "client/connect/redis/redis_options.h"
#include "client/connect/redis/redis_status.h"
#include "client/connect/sink_targets.h"
#include "client/position.h"

namespace cache_invalidation::connect {

// The caches in one Redis database, over one connection: drops keys, and keeps with them the
// position and the lease of the sink.
//
// The position is written in one MULTI with the last of the keys that it covers, so that a failover
// or a snapshot takes both back. A full Redis (OOM) refuses that, but not the UNLINK alone: keys
// are then dropped without their position, which stays behind. Keys that the ACL refuses are left
// out.
//
// Errors: UNAVAILABLE if the connection is lost or Redis refuses what is needed; ABORTED if another
// process has the lease, or Redis is not in the state that it was left in; CANCELLED. After any of
// them the object must not be used: the state is read again by another one. Thread-compatible.
class RedisCache {
 public:
  // A lease that is not renewed ends after this time, and another process takes over.
  static constexpr absl::Duration kLease = absl::Seconds(15);
  static constexpr absl::Duration kRenew = absl::Seconds(5);
  // Names that are dropped together: Redis holds up other clients, and keeps its results until they
  // are read.
  static constexpr size_t kKeysTogether = 10'000;

  // `id`: of this process. The references must outlive it.
  RedisCache(const RedisOptions& options, std::string id, RedisConnection& connection,
             std::stop_token stop, RedisStatus& status);

  // Takes the lease and reads the position. Fails if the server is a replica or a cluster.
  absl::Status Open();

  // The position in Redis; nothing if there is none for these options.
  std::optional<client::Position> position() const;

  // Drops the targets, then writes the position if there is one. Returns whether it is kept.
  absl::StatusOr<bool> Drop(const SinkTargets& targets,
                            const std::optional<client::Position>& position);

  // Renews the lease, and checks that Redis is in the state that it was left in. Call it every
  // kRenew.
  absl::Status Renew();

  // Gives the lease up, so that a successor need not wait for its end.
  void Release();

 private:
  enum class Outcome { kDone, kFull, kRefused };

  absl::Status Watch();
  absl::Status TakeLease();
  absl::Status Unlink(const std::vector<RedisCommand>& unlinks);
  absl::Status TakeUnlinked(const RedisCommand& unlink, const RedisResult& result);
  absl::StatusOr<bool> Reach(const std::vector<RedisCommand>& unlinks,
                             const client::Position& position);
  absl::StatusOr<Outcome> Commit(const std::vector<RedisCommand>& unlinks,
                                 const std::string& position);
  absl::Status DropEverything();
  absl::Status ScanFor(const SinkTargets& targets);
  absl::Status Scan(const std::vector<std::string>& prefixes,
                    const std::function<bool(absl::string_view key)>& is_hit);

  const RedisOptions& options_;
  const std::string id_;
  const std::string fingerprint_;
  RedisConnection& connection_;
  const std::stop_token stop_;
  RedisStatus& status_;
  std::string replication_id_;
  std::optional<std::string> position_;  // as it was read or written last
};

// Returns the value of a name in the text of INFO; empty if it is not there. Pure.
std::string InfoValue(absl::string_view info, absl::string_view name);

// Returns why a server with this text of INFO cannot be used; empty if it can. Pure.
std::string FaultOf(absl::string_view info);

}  // namespace cache_invalidation::connect

#endif  // CACHE_INVALIDATION_CLIENT_CONNECT_REDIS_REDIS_CACHE_H_
