// SPDX-License-Identifier: Apache-2.0

#include "server/access/access.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace cache_invalidation::access {

absl::Status Caller::Check(Role role, absl::string_view namespace_name) const {
  if (policy_ == nullptr || principal_->MayAct(role, namespace_name)) return absl::OkStatus();
  return absl::PermissionDeniedError(absl::StrCat("namespace: the caller needs the role ",
                                                  RoleName(role), " in \"", namespace_name, "\""));
}

void Access::SetPolicy(std::shared_ptr<const Policy> policy) {
  MutexLock lock(mutex_);
  policy_ = std::move(policy);
  ++generation_;
}

absl::StatusOr<Caller> Access::Authenticate(const Credential& credential) const {
  if (!has_policy()) return Caller();
  std::shared_ptr<const Policy> policy;
  uint64_t generation = 0;
  {
    MutexLock lock(mutex_);
    policy = policy_;
    generation = generation_;
  }
  const absl::StatusOr<const Principal*> principal = policy->Authenticate(credential);
  if (!principal.ok()) return principal.status();
  return Caller(std::move(policy), *principal, generation);
}

absl::Duration Access::TakeOfPrincipal(const Caller& caller) {
  if (caller.policy() == nullptr || !caller.principal()->limit) return absl::ZeroDuration();
  return principals_.Take(caller.principal()->name, *caller.principal()->limit, clock_.Monotonic());
}

absl::Duration Access::TakeOfNamespace(const Caller& caller, absl::string_view namespace_name) {
  if (caller.policy() == nullptr) return absl::ZeroDuration();
  const RateLimit* limit = caller.policy()->LimitOf(namespace_name);
  if (limit == nullptr) return absl::ZeroDuration();
  return namespaces_.Take(namespace_name, *limit, clock_.Monotonic());
}

absl::Duration Access::TakeInAdvance(const Caller& caller, absl::string_view namespace_name) {
  if (caller.policy() == nullptr) return absl::ZeroDuration();
  const absl::Duration now = clock_.Monotonic();
  absl::Duration pause = absl::ZeroDuration();
  if (const RateLimit* limit = caller.policy()->LimitOf(namespace_name); limit != nullptr) {
    pause = namespaces_.TakeInAdvance(namespace_name, *limit, now);
    if (pause == absl::InfiniteDuration()) return pause;
  }
  if (const auto& limit = caller.principal()->limit; limit) {
    pause = std::max(pause, principals_.TakeInAdvance(caller.principal()->name, *limit, now));
  }
  return pause;
}

}  // namespace cache_invalidation::access
