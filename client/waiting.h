// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_WAITING_H_
#define CACHE_INVALIDATION_CLIENT_WAITING_H_

#include <cstdint>
#include <string>
#include <vector>

namespace cache_invalidation::client {

// Result of waiting for subscribers. The lists hold subscriber names, sorted, one element per
// instance; the more_ fields count those beyond the lists.
struct Waiting {
  // Subscribers whose lease was running when the revision was published.
  std::vector<std::string> waited_for = {};

  // Those of waited_for whose lease expired before they acknowledged: they serve misses.
  std::vector<std::string> lapsed = {};

  // Those of waited_for that had neither acknowledged nor expired at the timeout.
  std::vector<std::string> late = {};

  // Number of subscribers that do not acknowledge; they are never waited for.
  uint32_t not_acknowledging = 0;

  // When the wait ended, subscribers of a previous server process, which this one does not know,
  // could still hold a lease. Treat like `late`. During the first minute of a server with a new
  // data directory this is so without any wait, unless it was started with
  // --longest_earlier_lease=0s.
  bool unknown_late = false;

  // Too many calls were waiting, so this one did not wait for any subscriber. `unknown_late` is set
  // as well.
  bool not_waited = false;

  // Number of subscribers beyond those in the lists.
  uint32_t more_waited_for = 0;
  uint32_t more_lapsed = 0;
  uint32_t more_late = 0;

  // Returns true if no acknowledging subscriber serves the old value any more.
  bool complete() const { return late.empty() && more_late == 0 && !unknown_late; }

  bool operator==(const Waiting&) const = default;
};

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_WAITING_H_
