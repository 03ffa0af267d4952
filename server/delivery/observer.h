// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_DELIVERY_OBSERVER_H_
#define CACHE_INVALIDATION_SERVER_DELIVERY_OBSERVER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/delivery/position.h"

namespace cache_invalidation::delivery {

// The result of waiting for subscribers; the proto Waiting defines each field. The lists hold names
// in order, one for each session.
struct WaitOutcome {
  std::vector<std::string> waited_for;
  std::vector<std::string> lapsed;
  std::vector<std::string> late;
  uint32_t not_acknowledging = 0;
  bool unknown_late = false;
  bool not_waited = false;

  absl::Duration waited;  // how long it took
};

// Observes delivery, for metrics.
//
// Called by any thread, also under locks: must be thread-safe and quick, and must not call other
// parts of the server.
class DeliveryObserver {
 public:
  virtual ~DeliveryObserver() = default;

  // A Subscribe call was accepted; it ended with that status. CANCELLED: by the client.
  virtual void OnStreamOpened() = 0;
  virtual void OnStreamEnded(absl::StatusCode code) = 0;

  // A message is about to be written: `events` event parts in `bytes` bytes. `waited`: the time
  // since the oldest of them was published; zero if there are none.
  virtual void OnMessageSent(size_t events, size_t bytes, absl::Duration waited) = 0;

  virtual void OnReset(ResetReason reason) = 0;

  // History that memory no longer holds was read from the store, `bytes` of it. OUT_OF_RANGE: it
  // had been trimmed meanwhile; any other error: it could not be read. The subscriber is reset in
  // both cases.
  virtual void OnCatchUpRead(absl::StatusCode code, size_t bytes) = 0;

  // A stream that had ended was cancelled, because the client did not take its last message.
  virtual void OnStalledStreamCancelled() = 0;

  // A call that waited for subscribers has finished.
  virtual void OnWaited(const WaitOutcome& outcome) = 0;
};

}  // namespace cache_invalidation::delivery

#endif  // CACHE_INVALIDATION_SERVER_DELIVERY_OBSERVER_H_
