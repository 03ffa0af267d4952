// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_ACCESS_TESTING_COUNTING_OBSERVER_H_
#define CACHE_INVALIDATION_SERVER_ACCESS_TESTING_COUNTING_OBSERVER_H_

#include <atomic>

#include "server/access/access_observer.h"

namespace cache_invalidation::access {

// Counts what it is notified of. Thread-safe.
struct CountingObserver final : AccessObserver {
  void OnDenied(Denial /*denial*/) override { ++denied; }
  void OnPolicyRead(bool is_in_use, absl::Time /*now*/) override {
    ++(is_in_use ? in_use : refused);
  }
  void OnAuditLineLost() override { ++lost_lines; }

  std::atomic<int> denied = 0;
  std::atomic<int> in_use = 0;
  std::atomic<int> refused = 0;
  std::atomic<int> lost_lines = 0;
};

}  // namespace cache_invalidation::access

#endif  // CACHE_INVALIDATION_SERVER_ACCESS_TESTING_COUNTING_OBSERVER_H_
