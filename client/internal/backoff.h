#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_BACKOFF_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_BACKOFF_H_

#include <functional>

#include "absl/time/time.h"
#include "client/client_options.h"

namespace cache_invalidation::client::internal {

// Exponential backoff with full jitter: each delay is random between 0 and the current limit.
// Thread-compatible.
class Backoff {
 public:
  // `random` returns numbers in [0, 1).
  Backoff(const BackoffOptions& options, std::function<double()> random);

  // Returns the delay before the next attempt, and raises the limit.
  absl::Duration Next();

  // Resets the limit, after an attempt that succeeded or made progress.
  void Reset() { limit_ = options_.initial; }

 private:
  BackoffOptions options_;
  std::function<double()> random_;
  absl::Duration limit_;
};

// Returns a source of random numbers in [0, 1), with a random seed. Thread-safe.
std::function<double()> MakeRandom();

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_BACKOFF_H_
