#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_RETRY_LOOP_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_RETRY_LOOP_H_

#include <stop_token>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "client/internal/retry_schedule.h"
#include "client/internal/runtime.h"

namespace cache_invalidation::client::internal {

// Makes the attempts of a RetrySchedule, blocking in between. `attempt` gets the schedule, which
// says how long it may take.
// A stop requested before or between attempts answers CANCELLED; stopping one that is under way is
// left to `attempt`.
absl::Status RunWithRetries(const Runtime& runtime, absl::Duration deadline,
                            const std::stop_token& cancellation,
                            absl::FunctionRef<Attempt(const RetrySchedule& schedule)> attempt);

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_RETRY_LOOP_H_
