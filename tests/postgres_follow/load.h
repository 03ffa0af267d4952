#ifndef CACHE_INVALIDATION_TESTS_POSTGRES_FOLLOW_LOAD_H_
#define CACHE_INVALIDATION_TESTS_POSTGRES_FOLLOW_LOAD_H_

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "tests/postgres/postgres_cluster.h"

namespace cache_invalidation {

// Threads that insert rows with ids that were never used before into the table "item", one to five
// in a transaction; one transaction in eight is rolled back. They ride out restarts of the
// database. Belongs to one thread.
class Load {
 public:
  // Makes the table. `cluster` must outlive it.
  Load(const PostgresCluster& cluster, int writers, uint32_t seed);
  // As Stop.
  ~Load();

  // No transaction is under way when this returns.
  void Stop();

  // How many transactions were answered as committed.
  uint64_t committed() const { return committed_; }

 private:
  void Write(int writer, uint32_t seed);

  const PostgresCluster& cluster_;
  std::atomic<bool> stopped_ = false;
  std::atomic<uint64_t> committed_ = 0;
  std::vector<std::thread> threads_;
};

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_POSTGRES_FOLLOW_LOAD_H_
