#ifndef CACHE_INVALIDATION_EXAMPLES_USER_REPOSITORY_USER_REPOSITORY_H_
#define CACHE_INVALIDATION_EXAMPLES_USER_REPOSITORY_USER_REPOSITORY_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/client.h"
#include "client/tagged_cache.h"
#include "database.h"

struct User {
  std::string id;
  std::string name;
  std::string tenant;
};

// The users of a database, cached in this process. Several processes may have one each: what one
// writes is dropped from the caches of all.
//
// For one thread at a time, as its connection to the database is; the cache alone is thread-safe.
class UserRepository {
 public:
  struct Options {
    // Its name tells operators whose cache this is.
    cache_invalidation::client::TaggedCacheOptions cache;

    // A write that answers OK is in no cache any more. Otherwise caches may lag behind for a
    // moment, those that are cut off from the service for their lease.
    bool wait_for_caches = true;
  };

  UserRepository(Database database, cache_invalidation::client::Client client, Options options);

  // Creates the table if there is none.
  absl::Status CreateTable();

  // NOT_FOUND: there is no such user.
  absl::StatusOr<User> Find(const std::string& id);

  // All users of a tenant, by id.
  absl::StatusOr<std::vector<User>> FindByTenant(const std::string& tenant);

  // ABORTED: nothing was written. Other errors leave open whether it was, or until when caches may
  // hold what was there before.
  absl::Status Insert(const User& user);
  absl::Status Update(const User& user);
  absl::Status Delete(const std::string& id);

  cache_invalidation::client::CacheStatistics CacheStatistics() const {
    return users_.Statistics();
  }

 private:
  // One row that is written, in a transaction that ends with telling every cache.
  absl::Status Write(const std::string& id, const std::string& operation, const std::string& sql,
                     const Database::Row& parameters, cache_invalidation::JsonValue::Object values);

  // The row as it stands, without the cache: within a transaction, the one that is to be changed.
  absl::StatusOr<User> Read(const std::string& id);

  Database database_;
  const bool wait_for_caches_;
  cache_invalidation::client::Client client_;
  cache_invalidation::client::TaggedCache<User> users_;
  cache_invalidation::client::TaggedCache<std::vector<User>> lists_;  // shares users_'s room
};

#endif  // CACHE_INVALIDATION_EXAMPLES_USER_REPOSITORY_USER_REPOSITORY_H_
