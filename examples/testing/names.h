// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_EXAMPLES_TESTING_NAMES_H_
#define CACHE_INVALIDATION_EXAMPLES_TESTING_NAMES_H_

#include <functional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "cache_invalidation/client/client.h"
#include "cache_invalidation/client/tagged_cache.h"

// The code under test: the names of users, cached. The connection and the clock are given to it, so
// that a test can give it others.
class Names {
 public:
  using Database = std::function<absl::StatusOr<std::string>(const std::string& id)>;

  Names(const cache_invalidation::client::Client& client, Database database,
        cache_invalidation::client::TaggedCacheOptions options = {})
      : database_(std::move(database)), cache_(client, Named(std::move(options))) {}

  absl::StatusOr<std::string> Get(const std::string& id) const {
    const auto load = [&](cache_invalidation::client::Load& load) {
      load.AddTag("user:" + id);
      return database_(id);
    };
    auto name = cache_.GetOrLoad("name:" + id, load);
    if (!name.ok()) return name.status();
    return **name;
  }

  const cache_invalidation::client::TaggedCache<std::string>& cache() const { return cache_; }

 private:
  static cache_invalidation::client::TaggedCacheOptions Named(
      cache_invalidation::client::TaggedCacheOptions options) {
    options.name = "names";
    return options;
  }

  const Database database_;
  const cache_invalidation::client::TaggedCache<std::string> cache_;
};

#endif  // CACHE_INVALIDATION_EXAMPLES_TESTING_NAMES_H_
