#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_RETRY_LOOP_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_RETRY_LOOP_H_

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "client/internal/runtime.h"

namespace cache_invalidation::client::internal {

// What one attempt came to.
struct Attempt {
  absl::Status status;

  // How long the service asked to wait before the next one; zero if it said nothing.
  absl::Duration retry_delay = absl::ZeroDuration();
};

// Tries a call until it is answered by anything but UNAVAILABLE, or until `deadline` (a span from
// now) leaves no time for another attempt. `attempt` gets the time it may take. Every method of the
// service may be repeated, so every call goes through here.
absl::Status RunWithRetries(const Runtime& runtime, absl::Duration deadline,
                            absl::FunctionRef<Attempt(absl::Duration remaining)> attempt);

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_RETRY_LOOP_H_
