#ifndef CACHE_INVALIDATION_SERVER_SHARD_NAMESPACE_QUOTA_H_
#define CACHE_INVALIDATION_SERVER_SHARD_NAMESPACE_QUOTA_H_

#include <atomic>
#include <cstddef>

namespace cache_invalidation::shard {

// How many namespaces all shards may have together. Thread-safe.
class NamespaceQuota {
 public:
  explicit NamespaceQuota(size_t limit) : limit_(limit) {}

  // One more, if the limit allows.
  bool TryTake() {
    size_t taken = taken_.load(std::memory_order_relaxed);
    while (taken < limit_) {
      if (taken_.compare_exchange_weak(taken, taken + 1, std::memory_order_relaxed)) {
        return true;
      }
    }
    return false;
  }

  // One more that exists already, whatever the limit: a start with a lower limit loses nothing.
  void Take() {
    taken_.fetch_add(1, std::memory_order_relaxed);
    NoteDurable();
  }

  void Return() { taken_.fetch_sub(1, std::memory_order_relaxed); }

  // One that was taken will be there after a restart, too.
  void NoteDurable() { durable_.fetch_add(1, std::memory_order_relaxed); }

  size_t taken() const { return taken_.load(std::memory_order_relaxed); }
  size_t durable() const { return durable_.load(std::memory_order_relaxed); }

 private:
  const size_t limit_;
  std::atomic<size_t> taken_ = 0;
  std::atomic<size_t> durable_ = 0;
};

}  // namespace cache_invalidation::shard

#endif  // CACHE_INVALIDATION_SERVER_SHARD_NAMESPACE_QUOTA_H_
