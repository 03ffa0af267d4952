// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_TRUTH_CACHED_RESULTS_H_
#define CACHE_INVALIDATION_TESTS_TRUTH_CACHED_RESULTS_H_

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "client/client.h"
#include "client/event.h"
#include "client/position.h"
#include "client/tagged_cache.h"
#include "common/mutex.h"
#include "tests/truth/query_results.h"
#include "tests/truth/tally.h"

namespace cache_invalidation::truth {

// The caches of an application that hold every result: a TaggedCache, and for shared kinds a store
// that registers its entries with the service and asks it before each use.
//
// Thread-compatible; events arrive on a thread of the subscription.
class CachedResults {
 public:
  CachedResults(const client::Client& client, Tally& tally);

  // Waits until everything up to the position is applied. Returns false if that takes too long.
  bool Await(const client::Position& position);

  // Compares what is cached with the current results of the queries, after the events since the
  // last call were applied. Returns the keys whose old result would still be served.
  std::vector<std::string> Misses(const std::vector<QueryResult>& now);

  // Caches what Misses() found not to be cached. `position` was taken before the queries ran.
  // Returns false if something was not kept.
  bool Fill(const std::vector<QueryResult>& now, const client::Position& position);

  // Returns the events since the last Misses(), as text.
  std::string EventsAsText() const;

 private:
  // Returns the hash that the caches would serve; empty if none.
  std::string Served(const QueryResult& result) const;
  bool FillCache(const QueryResult& result) const;
  bool FillStore(const std::vector<QueryResult>& results, const client::Position& position);
  std::vector<client::Event> TakeEvents() ABSL_LOCKS_EXCLUDED(mutex_);

  const client::Client& client_;
  Tally& tally_;
  std::map<std::string, QueryResult> filled_;  // by key, as it was cached last
  std::set<std::string> absent_;  // keys that Misses() found without a value, or dropped
  std::map<std::string, std::string> store_;  // hashes by key

  mutable Mutex mutex_;
  CondVar came_;
  std::vector<client::Event> events_ ABSL_GUARDED_BY(mutex_);
  uint64_t seen_revision_ ABSL_GUARDED_BY(mutex_) = 0;

  std::unique_ptr<client::TaggedCache<std::string>> cache_;  // last: its callbacks use the above
};

}  // namespace cache_invalidation::truth

#endif  // CACHE_INVALIDATION_TESTS_TRUTH_CACHED_RESULTS_H_
