#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_BACKOFF_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_BACKOFF_H_

#include <functional>

#include "absl/time/time.h"
#include "client/client_options.h"

namespace cache_invalidation::client::internal {

// Exponential backoff with full jitter: each delay is anywhere between nothing and the current
// limit. Thread-compatible.
class Backoff {
 public:
  // `random` gives numbers from [0, 1).
  Backoff(const BackoffOptions& options, std::function<double()> random);

  // The time to wait before the next attempt.
  absl::Duration Next();

  // The last attempt got somewhere: the next delay is a first one again.
  void Reset() { limit_ = options_.initial; }

 private:
  BackoffOptions options_;
  std::function<double()> random_;
  absl::Duration limit_;
};

// Numbers from [0, 1) out of a generator with a random seed. Thread-safe.
std::function<double()> MakeRandom();

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_BACKOFF_H_
