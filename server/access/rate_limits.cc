// SPDX-License-Identifier: Apache-2.0

#include "server/access/rate_limits.h"

#include <algorithm>

namespace cache_invalidation::access {
namespace {

// The time in which one token is refilled.
absl::Duration Step(const RateLimit& limit) { return absl::Seconds(1) / limit.calls_per_second; }

}  // namespace

absl::Duration TokenBucket::Delay(const RateLimit& limit, absl::Duration now) const {
  const absl::Duration full_at = std::max(full_at_, now) + Step(limit);
  return std::max(full_at - now - Step(limit) * limit.burst, absl::ZeroDuration());
}

absl::Duration TokenBucket::Take(const RateLimit& limit, absl::Duration now) {
  const absl::Duration delay = Delay(limit, now);
  if (delay == absl::ZeroDuration()) full_at_ = std::max(full_at_, now) + Step(limit);
  return delay;
}

absl::Duration TokenBucket::TakeInAdvance(const RateLimit& limit, absl::Duration now) {
  const absl::Duration delay = Delay(limit, now);
  if (delay > std::max(kLongestAdvance, Step(limit))) return absl::InfiniteDuration();
  full_at_ = std::max(full_at_, now) + Step(limit);
  return delay;
}

absl::Duration RateLimits::Take(absl::string_view name, const RateLimit& limit,
                                absl::Duration now) {
  MutexLock lock(mutex_);
  return BucketOf(name).Take(limit, now);
}

absl::Duration RateLimits::TakeInAdvance(absl::string_view name, const RateLimit& limit,
                                         absl::Duration now) {
  MutexLock lock(mutex_);
  return BucketOf(name).TakeInAdvance(limit, now);
}

TokenBucket& RateLimits::BucketOf(absl::string_view name) {
  return *buckets_.Get(name, [](absl::string_view) { return std::make_unique<TokenBucket>(); });
}

}  // namespace cache_invalidation::access
