#ifndef CACHE_INVALIDATION_CLIENT_CONNECT_REDIS_REDIS_CACHE_H_
#define CACHE_INVALIDATION_CLIENT_CONNECT_REDIS_REDIS_CACHE_H_

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
#include "client/connect/redis/redis_targets.h"
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

  // `id`: of this process. The references must outlive it.
  RedisCache(const RedisOptions& options, std::string id, RedisConnection& connection,
             std::stop_token stop, RedisStatus& status);

  // Takes the lease and reads the position. Fails if the server is a replica or a cluster.
  absl::Status Open();

  // The position in Redis; nothing if there is none for these options.
  std::optional<client::Position> position() const;

  // Drops the targets, then writes the position if there is one.
  absl::Status Drop(const RedisTargets& targets, const std::optional<client::Position>& position);

  // Renews the lease, and checks that Redis is in the state that it was left in. Call it every
  // kRenew.
  absl::Status Renew();

  // Gives the lease up, so that a successor need not wait for its end.
  void Release();

 private:
  absl::Status Watch();
  absl::Status TakeLease();
  absl::Status Unlink(const std::vector<std::string>& keys);
  absl::Status UnlinkEach(const RedisCommand& unlink);
  absl::Status TakeUnlinked(const RedisCommand& unlink, const RedisResult& reply);
  absl::Status Reach(const std::vector<std::string>& keys, const client::Position& position);
  absl::StatusOr<bool> Commit(const std::vector<RedisCommand>& unlinks, const std::string& position,
                              bool& is_full);
  absl::Status DropEverything();
  absl::Status Scan(const std::string& prefix,
                    const std::function<bool(absl::string_view key)>& is_hit);
  absl::Status ScanFor(const RedisTargets& targets);

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

// Returns text as a glob of Redis that only this text matches. Pure.
std::string EscapeGlob(absl::string_view text);

}  // namespace cache_invalidation::connect

#endif  // CACHE_INVALIDATION_CLIENT_CONNECT_REDIS_REDIS_CACHE_H_
