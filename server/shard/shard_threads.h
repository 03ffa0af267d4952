#ifndef CACHE_INVALIDATION_SERVER_SHARD_SHARD_THREADS_H_
#define CACHE_INVALIDATION_SERVER_SHARD_SHARD_THREADS_H_

#include <cstddef>
#include <thread>
#include <vector>

#include "server/shard/shard_set.h"

namespace cache_invalidation::shard {

// One thread for each loop of a set. Thread-compatible.
class ShardThreads {
 public:
  // Starts them. `shards` must outlive this.
  explicit ShardThreads(ShardSet& shards) {
    for (size_t i = 0; i < shards.size(); ++i) {
      threads_.emplace_back([&loop = shards.loop(i)] {
        while (loop.Turn(loop.next_timer())) {
        }
      });
    }
  }
  // Joins.
  ~ShardThreads() { Join(); }

  ShardThreads(const ShardThreads&) = delete;
  ShardThreads& operator=(const ShardThreads&) = delete;

  // Waits until every loop has had its last turn. Idempotent. REQUIRES: the set is closed.
  void Join() {
    for (std::thread& thread : threads_) {
      if (thread.joinable()) thread.join();
    }
  }

 private:
  std::vector<std::thread> threads_;
};

}  // namespace cache_invalidation::shard

#endif  // CACHE_INVALIDATION_SERVER_SHARD_SHARD_THREADS_H_
