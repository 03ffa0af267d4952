#ifndef CACHE_INVALIDATION_SERVER_DELIVERY_OBSERVER_H_
#define CACHE_INVALIDATION_SERVER_DELIVERY_OBSERVER_H_

#include <cstddef>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/delivery/position.h"
#include "server/delivery/wait_outcome.h"

namespace cache_invalidation::delivery {

// What happens on the way to the subscribers, for metrics.
//
// Called from any thread, also under locks: must be thread-safe, quick, and call nothing of ours.
class DeliveryObserver {
 public:
  virtual ~DeliveryObserver() = default;

  // A Subscribe call arrived and was taken up; it ended with that status. CANCELLED: by the client.
  virtual void OnStreamOpened() = 0;
  virtual void OnStreamEnded(absl::StatusCode code) = 0;

  // A message was handed to gRPC: `events` event parts in `bytes` bytes. `waited`: how long the
  // oldest of them had been published; zero if there are none.
  virtual void OnMessageSent(size_t events, size_t bytes, absl::Duration waited) = 0;

  virtual void OnReset(ResetReason reason) = 0;

  // The store was asked for history that memory no longer holds, and answered `bytes` of it.
  // OUT_OF_RANGE: it had been trimmed meanwhile; any other error: it could not be read. Whoever
  // asked is reset in both cases.
  virtual void OnCatchUpRead(absl::StatusCode code, size_t bytes) = 0;

  // A call that only gRPC can end was cancelled, because its last message was not taken.
  virtual void OnStalledStreamCancelled() = 0;

  // A call that waited for subscribers has finished.
  virtual void OnWaited(const WaitOutcome& outcome) = 0;
};

}  // namespace cache_invalidation::delivery

#endif  // CACHE_INVALIDATION_SERVER_DELIVERY_OBSERVER_H_
