// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_EXAMPLES_USER_REPOSITORY_USER_REPOSITORY_H_
#define CACHE_INVALIDATION_EXAMPLES_USER_REPOSITORY_USER_REPOSITORY_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cache_invalidation/client/client.h"
#include "cache_invalidation/client/tagged_cache.h"
#include "database.h"

struct User {
  std::string id;
  std::string name;
  std::string tenant;
};

// The users of a database, cached in this process. Several processes can have one each: a write of
// one is dropped from the caches of all.
//
// For one thread at a time, like its database connection; only the cache is thread-safe.
class UserRepository {
 public:
  struct Options {
    // Its name identifies the cache to operators.
    cache_invalidation::client::TaggedCacheOptions cache;

    // If true, after a write that returned OK no cache has the old value. Otherwise caches can lag
    // for a moment, or, while disconnected from the service, for their lease.
    bool wait_for_caches = true;
  };

  UserRepository(Database database, cache_invalidation::client::Client client, Options options);

  // Creates the table if it does not exist.
  absl::Status CreateTable();

  // Fails with NOT_FOUND if the user does not exist.
  absl::StatusOr<User> Find(const std::string& id);

  // Returns all users of a tenant, ordered by id.
  absl::StatusOr<std::vector<User>> FindByTenant(const std::string& tenant);

  // Fail with ABORTED if nothing was written. After another error it is unknown whether it was, or
  // caches can still hold the previous value.
  absl::Status Insert(const User& user);
  absl::Status Update(const User& user);
  absl::Status Delete(const std::string& id);

  cache_invalidation::client::CacheStatistics CacheStatistics() const {
    return users_.Statistics();
  }

 private:
  // Writes one row, in a transaction that ends with notifying every cache.
  absl::Status Write(const std::string& id, const std::string& operation, const std::string& sql,
                     const Database::Row& parameters, cache_invalidation::JsonValue::Object values);

  // Returns the current row without the cache: within a transaction, the one to be changed.
  absl::StatusOr<User> Read(const std::string& id);

  Database database_;
  const bool wait_for_caches_;
  cache_invalidation::client::Client client_;
  cache_invalidation::client::TaggedCache<User> users_;
  cache_invalidation::client::TaggedCache<std::vector<User>> lists_;  // shares users_'s cache
};

#endif  // CACHE_INVALIDATION_EXAMPLES_USER_REPOSITORY_USER_REPOSITORY_H_
