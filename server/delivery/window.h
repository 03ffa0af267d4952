#ifndef CACHE_INVALIDATION_SERVER_DELIVERY_WINDOW_H_
#define CACHE_INVALIDATION_SERVER_DELIVERY_WINDOW_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>

#include "server/delivery/channel.h"

namespace cache_invalidation::delivery {

// Limits the history that all namespaces together keep in memory. The oldest is dropped first, in
// whole revisions; the newest is kept whatever its size.
//
// Thread-compatible.
class Window {
 public:
  explicit Window(size_t max_bytes) : max_bytes_(max_bytes) {}

  // `channel` has more history.
  void Add(const std::shared_ptr<Channel>& channel, Channel::Appended appended);

  // Drops the history that exceeds the limit.
  void Shrink();

  size_t bytes() const { return bytes_; }

 private:
  const size_t max_bytes_;
  size_t bytes_ = 0;
  std::deque<std::shared_ptr<Channel>> oldest_first_;  // one place per DropOldest
};

}  // namespace cache_invalidation::delivery

#endif  // CACHE_INVALIDATION_SERVER_DELIVERY_WINDOW_H_
