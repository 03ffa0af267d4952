#include "client/internal/cache/lease_fence.h"

#include <algorithm>

namespace cache_invalidation::client::internal {

void LeaseFence::Renew(uint64_t applied, absl::Duration lease_end, absl::Duration now) {
  // A new stream has no lease at first; the lease of the previous one still runs.
  if (applied < required_ || Nanoseconds(lease_end) <= open_until_.load()) return;
  fenced_for_ += std::max(now - fenced_since_, absl::ZeroDuration());
  fenced_since_ = std::max(lease_end, now);
  open_until_.store(Nanoseconds(lease_end), std::memory_order_release);
}

absl::Duration LeaseFence::FencedFor(absl::Duration now) const {
  return fenced_for_ + std::max(now - fenced_since_, absl::ZeroDuration());
}

absl::Duration LeaseFence::open_until() const { return absl::Nanoseconds(open_until_.load()); }

}  // namespace cache_invalidation::client::internal
