// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_ACCESS_ACCESS_OBSERVER_H_
#define CACHE_INVALIDATION_SERVER_ACCESS_ACCESS_OBSERVER_H_

#include "absl/time/time.h"

namespace cache_invalidation::access {

// Why a call was not allowed.
enum class Denial {
  kUnauthenticated,
  kPermissionDenied,
  kRateLimit,
};

// Counts what access decides. Called by any thread; must not block.
class AccessObserver {
 public:
  virtual ~AccessObserver() = default;

  // A call was refused, a stream was ended, or a message of StreamWrites had to wait (kRateLimit).
  virtual void OnDenied(Denial denial) = 0;
  // A changed policy file was read: it is in use, or is wrong and was left.
  virtual void OnPolicyRead(bool in_use, absl::Time now) = 0;
  // A line of the audit log could not be written, or not in time.
  virtual void OnAuditLineLost() = 0;
};

}  // namespace cache_invalidation::access

#endif  // CACHE_INVALIDATION_SERVER_ACCESS_ACCESS_OBSERVER_H_
