#ifndef CACHE_INVALIDATION_SERVER_DELIVERY_CHUNK_CACHE_H_
#define CACHE_INVALIDATION_SERVER_DELIVERY_CHUNK_CACHE_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "common/mutex.h"
#include "server/wire/chunk.h"

namespace cache_invalidation::delivery {

// Results that were computed from the chunks of one namespace, for the next reader: at most
// `max_bytes` of them, but always the newest. The oldest are dropped first.
//
// Value: has `size_t bytes() const`.
//
// Thread-safe. A caller waits for a result that is being computed, so nothing is computed twice at
// the same time.
template <typename Value>
class ChunkCache {
 public:
  explicit ChunkCache(size_t max_bytes) : max_bytes_(max_bytes) {}

  // The cached result for `chunk`, or else that of `compute()`, which returns a Value and must not
  // use this cache.
  template <typename Compute>
  std::shared_ptr<const Value> Get(const wire::Chunk& chunk, Compute compute)
      ABSL_LOCKS_EXCLUDED(mutex_) {
    const Key key(chunk.parts.front().revision, chunk.parts.front().number);
    MutexLock lock(mutex_);
    std::shared_ptr<const Value>& value = values_[key];
    if (value != nullptr) return value;
    value = std::make_shared<const Value>(compute());
    std::shared_ptr<const Value> result = value;
    order_.push_back(key);
    bytes_ += result->bytes();
    while (bytes_ > max_bytes_ && order_.size() > 1) {
      const auto oldest = values_.find(order_.front());
      bytes_ -= oldest->second->bytes();
      values_.erase(oldest);
      order_.pop_front();
    }
    return result;
  }

 private:
  // Where the chunk begins: revision and part.
  using Key = std::pair<uint64_t, uint32_t>;

  const size_t max_bytes_;
  Mutex mutex_;
  absl::flat_hash_map<Key, std::shared_ptr<const Value>> values_ ABSL_GUARDED_BY(mutex_);
  std::deque<Key> order_ ABSL_GUARDED_BY(mutex_);
  size_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace cache_invalidation::delivery

#endif  // CACHE_INVALIDATION_SERVER_DELIVERY_CHUNK_CACHE_H_
