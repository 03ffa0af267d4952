// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_ACCESS_RATE_LIMITS_H_
#define CACHE_INVALIDATION_SERVER_ACCESS_RATE_LIMITS_H_

#include <cstddef>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/mutex.h"
#include "common/recently_used.h"

namespace cache_invalidation::access {

// How many calls are allowed: `burst` at once, and `calls_per_second` in the long run.
struct RateLimit {
  double calls_per_second = 0;  // more than 0
  double burst = 1;             // at least 1
};

// A bucket of `burst` tokens that is refilled with `calls_per_second`; each call takes one. It is
// kept as the time at which it is full again, so the limit can change between calls.
//
// `now` is monotonic. Thread-compatible.
class TokenBucket {
 public:
  // Takes a token and returns zero, or takes none and returns how long it is until there is one.
  absl::Duration Take(const RateLimit& limit, absl::Duration now);

  // The longest that callers together can be in advance of the bucket, unless one token takes
  // longer. All who share it have to wait for that long, also when those have gone.
  static constexpr absl::Duration kLongestAdvance = absl::Seconds(5);

  // Takes a token that may not be there yet, and returns how long it is until it is. Infinite: that
  // would be more than kLongestAdvance, and none was taken.
  absl::Duration TakeInAdvance(const RateLimit& limit, absl::Duration now);

 private:
  // Returns how long it is until there is another token.
  absl::Duration Delay(const RateLimit& limit, absl::Duration now) const;

  absl::Duration full_at_ = -absl::InfiniteDuration();
};

// A bucket for each name. Remembers those used most recently: a forgotten bucket is full again, so
// to refill one a caller must make as many calls, with other names, as are remembered.
//
// Thread-safe.
class RateLimits {
 public:
  explicit RateLimits(size_t remembered) : buckets_(remembered) {}

  // As those of the bucket.
  absl::Duration Take(absl::string_view name, const RateLimit& limit, absl::Duration now)
      ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Duration TakeInAdvance(absl::string_view name, const RateLimit& limit, absl::Duration now)
      ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  TokenBucket& BucketOf(absl::string_view name) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Mutex mutex_;
  RecentlyUsed<std::unique_ptr<TokenBucket>> buckets_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace cache_invalidation::access

#endif  // CACHE_INVALIDATION_SERVER_ACCESS_RATE_LIMITS_H_
