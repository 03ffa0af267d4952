#ifndef CACHE_INVALIDATION_SERVER_DELIVERY_WINDOW_H_
#define CACHE_INVALIDATION_SERVER_DELIVERY_WINDOW_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "server/delivery/channel.h"

namespace cache_invalidation::delivery {

// The history of a namespace up to `floor` has been dropped.
struct FloorMoved {
  std::string namespace_name;
  uint64_t floor = 0;
};

// How much history all namespaces keep in memory together. What was published first leaves first,
// whole revisions at a time; what was published last stays whatever its size.
//
// Thread-compatible.
class Window {
 public:
  explicit Window(size_t max_bytes) : max_bytes_(max_bytes) {}

  // `channel` got more history.
  void Add(const std::shared_ptr<Channel>& channel, Channel::Appended appended);

  // Drops what does not fit. Answers the floors that have moved since it last told of them, once
  // they are a sixteenth of the window: whoever hears of them does some work for each.
  std::vector<FloorMoved> Shrink();

  size_t bytes() const { return bytes_; }

 private:
  const size_t max_bytes_;
  size_t bytes_ = 0;
  size_t dropped_untold_ = 0;                          // bytes
  std::deque<std::shared_ptr<Channel>> oldest_first_;  // one place per DropOldest
  absl::flat_hash_map<std::string, uint64_t> untold_;  // floors
};

}  // namespace cache_invalidation::delivery

#endif  // CACHE_INVALIDATION_SERVER_DELIVERY_WINDOW_H_
