#include "server/access/rate_limits.h"

#include <algorithm>

namespace cache_invalidation::access {
namespace {

// The time in which one token is refilled.
absl::Duration Step(const RateLimit& limit) { return absl::Seconds(1) / limit.calls_per_second; }

}  // namespace

absl::Duration TokenBucket::Take(const RateLimit& limit, absl::Duration now) {
  const absl::Duration before = full_at_;
  const absl::Duration delay = TakeInAdvance(limit, now);
  if (delay > absl::ZeroDuration()) full_at_ = before;
  return delay;
}

absl::Duration TokenBucket::TakeInAdvance(const RateLimit& limit, absl::Duration now) {
  const absl::Duration step = Step(limit);
  full_at_ = std::max(full_at_, now) + step;
  return std::max(full_at_ - now - step * limit.burst, absl::ZeroDuration());
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
