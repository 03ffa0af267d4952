// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_CONSISTENCY_VERB_READER_H_
#define CACHE_INVALIDATION_TESTS_CONSISTENCY_VERB_READER_H_

#include <cstdint>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/client.h"
#include "client/tagged_cache.h"
#include "tests/consistency/task_thread.h"

namespace cache_invalidation::consistency {

// Reads versions of users through a cache: several at once, without waiting, and accepting stale
// values. For one thread.
class VerbReader {
 public:
  struct Options {
    std::string name;
    std::string database;
    absl::Duration lease;
    absl::Duration stale_for;
    // Each user is loaded once; later loads fail.
    bool outage = false;
  };

  VerbReader(const client::Client& client, Options options);

  struct Seen {
    std::string id;
    uint64_t version = 0;
    bool is_stale = false;
  };

  // Reads one or two users of as many processes, in a way chosen at random.
  std::vector<Seen> Read(std::mt19937& random, int processes);

  client::CacheStatistics Statistics() const { return cache_.Statistics(); }

 private:
  using Result = client::TaggedCache<uint64_t>::Result;

  // Runs on any thread.
  absl::StatusOr<uint64_t> Load(client::Load& load) const;
  std::vector<Result> ReadMany(const std::vector<std::string>& keys,
                               const client::ReadOptions& options) const;
  Result ReadInOutage(const std::string& key, bool fails);

  const Options options_;
  TaskThread executor_;
  const client::TaggedCache<uint64_t> cache_;
  std::set<std::string> loaded_;
};

}  // namespace cache_invalidation::consistency

#endif  // CACHE_INVALIDATION_TESTS_CONSISTENCY_VERB_READER_H_
