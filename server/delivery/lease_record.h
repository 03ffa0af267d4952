// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_DELIVERY_LEASE_RECORD_H_
#define CACHE_INVALIDATION_SERVER_DELIVERY_LEASE_RECORD_H_

#include <algorithm>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/mutex.h"
#include "server/commit/group.h"

namespace cache_invalidation::delivery {

// The leases that earlier servers may have granted to subscribers that this one does not know; by
// default none.
struct EarlierLeases {
  // The longest one that the store has on record; zero: none.
  absl::Duration noted = absl::ZeroDuration();
  // An upper bound: that of the store, unless its record may be incomplete.
  absl::Duration longest = absl::ZeroDuration();
  // When the last of them has ended, as Clock::Monotonic.
  absl::Duration until = -absl::InfiniteDuration();
  // It is unknown whether an earlier server had another store. Until `doubt_until` it may have
  // subscribers with leases of up to `doubt_longest`. Zero: it is known. Noted in the store, too.
  absl::Duration doubt_longest = absl::ZeroDuration();
  absl::Duration doubt_until = -absl::InfiniteDuration();
};

// Records the longest granted lease in the store, so that the next server knows how long
// subscribers that it does not know may serve what they have. What is on record is rounded up to
// whole seconds: otherwise a client could cause a synced write with each of its leases.
//
// A lease may be granted to its subscriber only once the store has it, whatever becomes of the
// server. When all earlier leases have ended, the record shrinks to what this server granted, and a
// doubt that has passed is removed.
//
// Thread-safe.
class LeaseRecord {
 public:
  // Hands the group to the committer, to be synced; must not block. False: nothing is written any
  // more. Completions run later, on another stack.
  using Submit = absl::AnyInvocable<bool(commit::Group)>;

  LeaseRecord(const EarlierLeases& earlier, Submit submit);
  LeaseRecord(const LeaseRecord&) = delete;
  LeaseRecord& operator=(const LeaseRecord&) = delete;

  // True: the lease may be granted. Otherwise `granted` is called once it may, on the thread of the
  // group's completions; never, if the store fails or the server stops first.
  bool Grant(absl::Duration lease, absl::Duration now, absl::AnyInvocable<void()> granted)
      ABSL_LOCKS_EXCLUDED(mutex_);

  // A subscriber of another server has turned up. If that shows that there may be earlier leases
  // after all: until when they may run. They count as earlier ones from now on.
  std::optional<absl::Duration> OnStranger(absl::Duration now) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Waiter {
    absl::Duration lease;
    absl::AnyInvocable<void()> granted;
  };

  bool Covers(absl::Duration lease) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return lease <= *std::min_element(noted_.begin(), noted_.end());
  }
  void Note(absl::Duration longest, bool ends_doubt) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void OnNoted() ABSL_LOCKS_EXCLUDED(mutex_);

  Mutex mutex_;
  EarlierLeases earlier_ ABSL_GUARDED_BY(mutex_);
  Submit submit_ ABSL_GUARDED_BY(mutex_);
  absl::Duration longest_here_ ABSL_GUARDED_BY(mutex_);
  // The records of the store: the first one is durable, the others are being written.
  std::deque<absl::Duration> noted_ ABSL_GUARDED_BY(mutex_);
  std::vector<Waiter> waiters_ ABSL_GUARDED_BY(mutex_);
  bool doubt_noted_ ABSL_GUARDED_BY(mutex_);
};

// The name of its value in the store, and the value. Decoding returns zero for anything else.
inline constexpr char kLongestLeaseName[] = "longest_lease";
// The same for EarlierLeases::doubt_longest.
inline constexpr char kDoubtedLeaseName[] = "doubted_lease";
std::string EncodeLongestLease(absl::Duration lease);
absl::Duration DecodeLongestLease(absl::string_view value);

}  // namespace cache_invalidation::delivery

#endif  // CACHE_INVALIDATION_SERVER_DELIVERY_LEASE_RECORD_H_
