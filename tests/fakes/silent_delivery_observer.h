// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_FAKES_SILENT_DELIVERY_OBSERVER_H_
#define CACHE_INVALIDATION_TESTS_FAKES_SILENT_DELIVERY_OBSERVER_H_

#include "server/delivery/observer.h"

namespace cache_invalidation {

// Ignores every notification; a test overrides those it needs. Thread-safe.
class SilentDeliveryObserver : public delivery::DeliveryObserver {
 public:
  void OnStreamOpened() override {}
  void OnStreamEnded(absl::StatusCode) override {}
  void OnMessageSent(size_t, size_t, absl::Duration) override {}
  void OnReset(delivery::ResetReason) override {}
  void OnCatchUpRead(absl::StatusCode, size_t) override {}
  void OnStalledStreamCancelled() override {}
  void OnWaited(const delivery::WaitOutcome&) override {}
};

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_FAKES_SILENT_DELIVERY_OBSERVER_H_
