// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_DELIVERY_CHUNK_TARGETS_H_
#define CACHE_INVALIDATION_SERVER_DELIVERY_CHUNK_TARGETS_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "common/limits.h"
#include "common/mutex.h"
#include "common/recently_used.h"
#include "server/delivery/filter.h"
#include "server/wire/chunk.h"
#include "server/wire/event_codec.h"

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

// The literal prefixes of patterns. Compiling a pattern takes longer than the rest of filtering an
// event, and rules name the same patterns again and again, so the kMaxCompiledPatterns used last
// are cached.
//
// Thread-safe. Its lock is taken last.
class LiteralPrefixes {
 public:
  LiteralPrefixes() = default;

  // See Pattern::literal_prefix. Empty for a pattern that does not compile, which may match any
  // key.
  std::string Of(absl::string_view expression) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  Mutex mutex_;
  RecentlyUsed<std::string> known_ ABSL_GUARDED_BY(mutex_){kMaxCompiledPatterns};
};

// The targets that the parts of a chunk hit, decoded once for all filters. Immutable,
// thread-safe.
class ChunkTargets {
 public:
  // `prefixes`: used by the constructor only.
  ChunkTargets(std::shared_ptr<const wire::Chunk> chunk, LiteralPrefixes& prefixes);

  // Whether any target of that part passes: a part passes as a whole or not at all.
  bool Passes(size_t part, const Filter& filter) const;

  // Its size in memory, including the chunk, which it keeps alive: it may be the only holder of a
  // chunk that was read from the store.
  size_t bytes() const;

 private:
  const std::shared_ptr<const wire::Chunk> chunk_;  // the targets point into it
  std::vector<wire::PartTarget> targets_;  // a pattern is represented by its literal prefix
  std::vector<uint32_t> first_target_;     // of each part, and the end
  std::deque<std::string> literal_prefixes_;
};

// What the filters of a namespace share: the targets of its chunks, read from their bytes once.
// Thread-safe.
class TargetsCache {
 public:
  // See ChunkCache.
  explicit TargetsCache(size_t max_bytes) : targets_(max_bytes) {}

  std::shared_ptr<const ChunkTargets> Get(const std::shared_ptr<const wire::Chunk>& chunk) {
    return targets_.Get(*chunk, [&] { return ChunkTargets(chunk, prefixes_); });
  }

 private:
  LiteralPrefixes prefixes_;  // its lock is taken after that of targets_
  ChunkCache<ChunkTargets> targets_;
};

}  // namespace cache_invalidation::delivery

#endif  // CACHE_INVALIDATION_SERVER_DELIVERY_CHUNK_TARGETS_H_
