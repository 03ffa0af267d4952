#ifndef CACHE_INVALIDATION_CLIENT_WAITING_H_
#define CACHE_INVALIDATION_CLIENT_WAITING_H_

#include <cstdint>
#include <string>
#include <vector>

namespace cache_invalidation::client {

// What a call that asked to wait for subscribers learnt. The lists hold names of subscribers,
// sorted, one for each instance.
struct Waiting {
  // Those whose lease was running when the revision was published.
  std::vector<std::string> waited_for = {};

  // Those of them whose lease ended before they acknowledged: they serve misses.
  std::vector<std::string> lapsed = {};

  // Those of them that had done neither when the time was up.
  std::vector<std::string> late = {};

  // Subscribers that do not acknowledge; never waited for.
  uint32_t not_acknowledging = 0;

  // The time was up before the leases of subscribers could have ended that the service had before
  // its last start, and whom it does not know. Counts like `late`.
  bool unknown_late = false;

  // No acknowledging subscriber serves the old value any more.
  bool complete() const { return late.empty() && !unknown_late; }

  bool operator==(const Waiting&) const = default;
};

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_WAITING_H_
