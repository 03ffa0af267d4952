#include "server/delivery/window.h"

namespace cache_invalidation::delivery {

void Window::Add(const std::shared_ptr<Channel>& channel, Channel::Appended appended) {
  bytes_ += appended.bytes;
  oldest_first_.insert(oldest_first_.end(), appended.drops, channel);
}

void Window::Shrink() {
  while (bytes_ > max_bytes_ && oldest_first_.size() > 1) {
    bytes_ -= oldest_first_.front()->DropOldest();
    oldest_first_.pop_front();
  }
}

}  // namespace cache_invalidation::delivery
