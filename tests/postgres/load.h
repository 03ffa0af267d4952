// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_POSTGRES_LOAD_H_
#define CACHE_INVALIDATION_TESTS_POSTGRES_LOAD_H_

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "tests/postgres/postgres_cluster.h"

namespace cache_invalidation {

// Threads that insert rows with new ids into the table "item", one to five per transaction; one
// transaction in eight is rolled back. They continue after a restart of the database. For one
// thread.
class Load {
 public:
  // Creates the table. `cluster` must outlive it.
  Load(const PostgresCluster& cluster, int writers, uint32_t seed);
  // As Stop.
  ~Load();

  // Stops the threads; no transaction is in progress when this returns.
  void Stop();

  // Returns the number of transactions confirmed as committed.
  uint64_t committed() const { return committed_; }

 private:
  void Write(int writer, uint32_t seed);

  const PostgresCluster& cluster_;
  std::atomic<bool> stopped_ = false;
  std::atomic<uint64_t> committed_ = 0;
  std::vector<std::thread> threads_;
};

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_POSTGRES_LOAD_H_
