#include "server/delivery/window.h"

#include <algorithm>

namespace cache_invalidation::delivery {

void Window::Add(const std::shared_ptr<Channel>& channel, Channel::Appended appended) {
  bytes_ += appended.bytes;
  oldest_first_.insert(oldest_first_.end(), appended.drops, channel);
}

std::vector<FloorMoved> Window::Shrink() {
  while (bytes_ > max_bytes_ && oldest_first_.size() > 1) {
    Channel& channel = *oldest_first_.front();
    const Channel::Dropped dropped = channel.DropOldest();
    bytes_ -= dropped.bytes;
    dropped_untold_ += dropped.bytes;
    untold_[channel.namespace_name()] = dropped.floor;
    oldest_first_.pop_front();
  }
  std::vector<FloorMoved> moved;
  if (dropped_untold_ <= max_bytes_ / 16) return moved;
  for (const auto& [namespace_name, floor] : untold_) moved.push_back({namespace_name, floor});
  std::sort(moved.begin(), moved.end(), [](const FloorMoved& a, const FloorMoved& b) {
    return a.namespace_name < b.namespace_name;
  });
  untold_.clear();
  dropped_untold_ = 0;
  return moved;
}

}  // namespace cache_invalidation::delivery
