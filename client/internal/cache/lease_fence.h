// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_LEASE_FENCE_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_LEASE_FENCE_H_

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <limits>

#include "absl/time/time.h"

namespace cache_invalidation::client::internal {

// Nanoseconds of Clock::Monotonic, capped.
inline int64_t Nanoseconds(absl::Duration time) { return absl::ToInt64Nanoseconds(time); }

// Decides until when a cache may serve its entries.
//
// After a lease has ended, it is renewed only once the cache has applied the head that the stream
// named at its start, because up to there it may have missed events. All times are of
// Clock::Monotonic.
//
// IsOpen and open_until may be called on any thread at any time; a thread that sees it open also
// sees everything that was applied before the lease was renewed. All other methods are
// thread-compatible.
class LeaseFence {
 public:
  explicit LeaseFence(absl::Duration now) : fenced_since_(now) {}

  bool IsOpen(absl::Duration now) const {
    return Nanoseconds(now) < open_until_.load(std::memory_order_acquire);
  }

  // When the last lease ends or ended, in nanoseconds; the smallest number before the first lease.
  int64_t open_until() const { return open_until_.load(std::memory_order_acquire); }

  // A stream started, with the head of its history at this revision. `lease`: what each of its
  // renewals grants.
  void Require(uint64_t head, absl::Duration lease) {
    required_ = head;
    lease_ = lease;
  }

  // Notes that everything up to this revision is applied, and that the stream's lease, if it has
  // one yet, ends at `lease_end`.
  void Renew(uint64_t applied, absl::Duration lease_end, absl::Duration now) {
    // A new stream has no lease at first; the lease of the previous one still runs.
    if (applied < required_ || Nanoseconds(lease_end) <= open_until_.load()) return;
    if (lease_end - lease_ <= distrusted_until_) return;
    fenced_for_ = FencedFor(now);
    fenced_since_ = std::max(lease_end, now);
    open_until_.store(Nanoseconds(lease_end), std::memory_order_release);
  }

  // Ends the lease, and ignores every renewal that was not requested later: what the cache hears
  // may not be everything. Trust ends this.
  void Distrust(absl::Duration now) {
    End(now);
    distrusted_until_ = now;
  }
  void Trust() { distrusted_until_ = -absl::InfiniteDuration(); }

  // Ends the lease before its time.
  void End(absl::Duration now) {
    open_until_.store(std::min(open_until_.load(), Nanoseconds(now)), std::memory_order_release);
    fenced_since_ = std::min(fenced_since_, now);
  }

  // The total time without a lease.
  absl::Duration FencedFor(absl::Duration now) const {
    return fenced_for_ + std::max(now - fenced_since_, absl::ZeroDuration());
  }

 private:
  std::atomic<int64_t> open_until_ = std::numeric_limits<int64_t>::min();
  uint64_t required_ = 0;
  absl::Duration lease_;
  absl::Duration distrusted_until_ = -absl::InfiniteDuration();
  absl::Duration fenced_since_;  // the end of the last lease
  absl::Duration fenced_for_;    // up to the last renewal
};

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_LEASE_FENCE_H_
