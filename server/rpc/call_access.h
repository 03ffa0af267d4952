// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_RPC_CALL_ACCESS_H_
#define CACHE_INVALIDATION_SERVER_RPC_CALL_ACCESS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/mutex.h"
#include "grpcpp/server_context.h"
#include "server/access/access.h"
#include "server/access/policy.h"
#include "server/access/roles.h"
#include "server/engine/command.h"

namespace grpc {
class AuthContext;
}  // namespace grpc

namespace cache_invalidation::rpc {

// The trailing metadata with the delay before gRPC's own retries, if the client uses them.
inline constexpr char kRetryPushbackKey[] = "grpc-retry-pushback-ms";

// The names of the client certificate that the connection was verified with: its URIs, and its DNS
// names. A text that is the one cannot pass for the other, because a policy does not say which it
// means: a URI has a colon, a host has none. Absent: no certificate.
std::optional<std::vector<std::string>> CertificateOf(const grpc::AuthContext& context);

// What the audit log says of a command: what there is after it, as `rule NAME` or
// `batch delay 100ms`, and what there is not, as `no rule NAME`. Empty for commands that do not
// need an admin.
std::vector<std::string> AuditedChanges(const engine::Command& command);

// Whether one call or stream may do what it asks: authenticates the caller, compares its role with
// what the method needs, and takes the call from the limits. Everything that it refuses is counted,
// and audited if it was not for a limit.
//
// It holds the hash of the token, not the token, and goes by the policy that is current at each
// check. Without a policy everything is allowed. Thread-safe.
class CallAccess {
 public:
  // All must outlive the object.
  CallAccess(access::Access& access, const access::Method& method,
             grpc::CallbackServerContext& context);

  // Authenticates the caller, before anything of the call is looked at. UNAUTHENTICATED.
  absl::Status Authenticate() ABSL_LOCKS_EXCLUDED(mutex_);

  // Authenticates, and takes the call from the limit of the caller. RESOURCE_EXHAUSTED: over it;
  // the response has the delay before a retry (kRetryPushbackKey).
  absl::Status Admit() ABSL_LOCKS_EXCLUDED(mutex_);

  // Whether the caller has the role of the method in the namespace. PERMISSION_DENIED, or
  // UNAUTHENTICATED if the policy has changed. REQUIRES: authenticated.
  absl::Status Permit(absl::string_view namespace_name) ABSL_LOCKS_EXCLUDED(mutex_);

  // Permits, and takes the call from the limit of the namespace. RESOURCE_EXHAUSTED as Admit.
  absl::Status Enter(absl::string_view namespace_name) ABSL_LOCKS_EXCLUDED(mutex_);

  // For streams: whether what was permitted still is. Costs nothing while the policy is the same.
  absl::Status Recheck() ABSL_LOCKS_EXCLUDED(mutex_);

  // For streams that read more slowly instead of failing: takes a call from the limits of the
  // caller and of the namespace that was permitted. Returns how long to wait before the next.
  // RESOURCE_EXHAUSTED as Admit: so many streams are over the limit that it was not taken.
  absl::StatusOr<absl::Duration> TakeInAdvance() ABSL_LOCKS_EXCLUDED(mutex_);

  // Whether the caller is a reader of the namespace. Denies nothing. REQUIRES: authenticated.
  bool MayRead(absl::string_view namespace_name) const ABSL_LOCKS_EXCLUDED(mutex_);

  // Writes a permitted call that needs an admin to the audit log. `changes`: as AuditedChanges.
  void Audit(std::vector<std::string> changes, const absl::Status& outcome)
      ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  absl::Status AuthenticateLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status PermitLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Deny(const absl::Status& reason) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status DenyUntil(const access::RateLimit& limit, absl::string_view whose,
                         absl::Duration delay) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  int64_t AskForRetryIn(absl::Duration delay) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  access::AuditRecord RecordOf(const absl::Status& outcome) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  access::Access& access_;
  const access::Method& method_;
  grpc::CallbackServerContext& context_;
  access::Credential credential_;  // empty without a policy

  mutable Mutex mutex_;
  access::Caller caller_ ABSL_GUARDED_BY(mutex_);
  std::string namespace_name_ ABSL_GUARDED_BY(mutex_);  // empty: none was named yet
  bool permitted_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_CALL_ACCESS_H_
