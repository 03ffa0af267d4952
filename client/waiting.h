#ifndef CACHE_INVALIDATION_CLIENT_WAITING_H_
#define CACHE_INVALIDATION_CLIENT_WAITING_H_

#include <cstdint>
#include <string>
#include <vector>

namespace cache_invalidation::client {

// What a call that asked to wait for subscribers learnt. The lists hold names of subscribers.
struct Waiting {
  std::vector<std::string> waited_for = {};

  // Those of them whose lease ended before they acknowledged: they serve misses.
  std::vector<std::string> lapsed = {};

  // Those of them that had done neither when the time was up. Empty: no subscriber serves the old
  // value any more.
  std::vector<std::string> late = {};

  // Subscribers that do not acknowledge; never waited for.
  uint32_t not_acknowledging = 0;

  bool operator==(const Waiting&) const = default;
};

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_WAITING_H_
