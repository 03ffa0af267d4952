#ifndef CACHE_INVALIDATION_CLIENT_WAITING_H_
#define CACHE_INVALIDATION_CLIENT_WAITING_H_

#include <cstdint>
#include <string>
#include <vector>

namespace cache_invalidation::client {

// What a call that asked to wait for subscribers learnt. The lists hold names of subscribers,
// sorted, one for each instance; how many more there were than they name is said beside them.
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

  // Too many calls were waiting already, so this one was done without waiting for anybody.
  // `unknown_late` is set as well.
  bool not_waited = false;

  // How many more than the lists name.
  uint32_t more_waited_for = 0;
  uint32_t more_lapsed = 0;
  uint32_t more_late = 0;

  // No acknowledging subscriber serves the old value any more.
  bool complete() const { return late.empty() && more_late == 0 && !unknown_late; }

  bool operator==(const Waiting&) const = default;
};

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_WAITING_H_
