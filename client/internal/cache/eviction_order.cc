#include "client/internal/cache/eviction_order.h"

namespace cache_invalidation::client::internal {

void EvictionOrder::Add(Entry& entry) {
  entry.older = newest_;
  entry.newer = nullptr;
  (newest_ != nullptr ? newest_->newer : oldest_) = &entry;
  newest_ = &entry;
}

void EvictionOrder::Remove(Entry& entry) {
  if (hand_ == &entry) hand_ = entry.newer;
  (entry.newer != nullptr ? entry.newer->older : newest_) = entry.older;
  (entry.older != nullptr ? entry.older->newer : oldest_) = entry.newer;
  entry.newer = entry.older = nullptr;
}

Entry* EvictionOrder::Next(int64_t now, const Entry* spared) {
  if (oldest_ == nullptr || (oldest_ == spared && newest_ == spared)) return nullptr;
  while (true) {
    if (hand_ == nullptr) hand_ = oldest_;
    Entry& entry = *hand_;
    if (&entry != spared && (!entry.visited || entry.IsExpired(now))) return &entry;
    entry.visited = false;
    hand_ = entry.newer;
  }
}

}  // namespace cache_invalidation::client::internal
