// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_ACCESS_ACCESS_H_
#define CACHE_INVALIDATION_SERVER_ACCESS_ACCESS_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/clock.h"
#include "common/limits.h"
#include "common/mutex.h"
#include "server/access/access_observer.h"
#include "server/access/audit_log.h"
#include "server/access/policy.h"
#include "server/access/rate_limits.h"
#include "server/access/roles.h"

namespace cache_invalidation::access {

// Who calls, as one policy says. Without a policy there is no principal, and every call is allowed.
// Immutable, thread-safe.
class Caller {
 public:
  Caller() = default;
  Caller(std::shared_ptr<const Policy> policy, const Principal* principal, uint64_t generation)
      : policy_(std::move(policy)), principal_(principal), generation_(generation) {}

  // PERMISSION_DENIED: the caller lacks the role in the namespace. The text names both as the
  // caller did, and is the same whether the namespace exists or not.
  absl::Status Check(Role role, absl::string_view namespace_name) const;

  const Policy* policy() const { return policy_.get(); }     // null: none
  const Principal* principal() const { return principal_; }  // null: no policy
  uint64_t generation() const { return generation_; }

 private:
  std::shared_ptr<const Policy> policy_;
  const Principal* principal_ = nullptr;  // of the policy
  uint64_t generation_ = 0;
};

// The policy of a server, which can be replaced at any time, with the limits of calls, the audit
// log and the counters. Without a policy everybody may do everything.
//
// Thread-safe.
class Access {
 public:
  // The references must outlive it.
  Access(const Clock& clock, AuditLog& audit, AccessObserver& observer)
      : clock_(clock), audit_(audit), observer_(observer) {}

  // Replaces the policy: from now on every check goes by it.
  void SetPolicy(std::shared_ptr<const Policy> policy) ABSL_LOCKS_EXCLUDED(mutex_);

  // Whether there is a policy. Once there is one, there always is.
  bool has_policy() const { return generation_ != 0; }

  // Returns who presents the credential. UNAUTHENTICATED: see Policy::Authenticate.
  absl::StatusOr<Caller> Authenticate(const Credential& credential) const
      ABSL_LOCKS_EXCLUDED(mutex_);

  // Whether the policy by which the caller was authenticated is still the current one.
  bool IsCurrent(const Caller& caller) const { return caller.generation() == generation_; }

  // Takes a call from the limit of the principal. Returns zero, or how long to wait for the next
  // one; then none was taken.
  absl::Duration TakeOfPrincipal(const Caller& caller);
  // The same of the limit of the namespace.
  absl::Duration TakeOfNamespace(const Caller& caller, absl::string_view namespace_name);
  // Takes a call of both before it is there. Returns how long the caller has to pause. Infinite:
  // one of them gives none in advance any more (TokenBucket::kLongestAdvance).
  absl::Duration TakeInAdvance(const Caller& caller, absl::string_view namespace_name);

  AuditLog& audit() { return audit_; }
  AccessObserver& observer() { return observer_; }

 private:
  const Clock& clock_;
  AuditLog& audit_;
  AccessObserver& observer_;
  std::atomic<uint64_t> generation_ = 0;  // of the policy; 0: none
  mutable Mutex mutex_;
  std::shared_ptr<const Policy> policy_ ABSL_GUARDED_BY(mutex_);
  RateLimits principals_{kMaxPrincipals + 1};
  RateLimits namespaces_{kMaxNamespaces};
};

}  // namespace cache_invalidation::access

#endif  // CACHE_INVALIDATION_SERVER_ACCESS_ACCESS_H_
