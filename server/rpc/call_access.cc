// SPDX-License-Identifier: Apache-2.0

#include "server/rpc/call_access.h"

#include <cstdint>
#include <optional>
#include <utility>
#include <variant>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "grpc/grpc_security_constants.h"
#include "grpcpp/security/auth_context.h"

namespace cache_invalidation::rpc {
namespace {

constexpr char kAuthorization[] = "authorization";
// By RFC 6750; the name of a scheme has no case.
constexpr absl::string_view kScheme = "bearer ";

access::Credential CredentialOf(const grpc::CallbackServerContext& context) {
  access::Credential credential;
  const auto [first, last] = context.client_metadata().equal_range(kAuthorization);
  for (auto header = first; header != last; ++header) {
    absl::string_view value(header->second.data(), header->second.size());
    const bool is_bearer = absl::StartsWithIgnoreCase(value, kScheme);
    value.remove_prefix(is_bearer ? kScheme.size() : 0);
    if (!is_bearer || value.empty() || credential.token) credential.malformed = true;
    credential.token = access::HashOf(value);
  }
  if (const auto peer = context.auth_context()) credential.certificate = CertificateOf(*peer);
  return credential;
}

access::Denial DenialOf(const absl::Status& status) {
  if (absl::IsUnauthenticated(status)) return access::Denial::kUnauthenticated;
  return absl::IsPermissionDenied(status) ? access::Denial::kPermissionDenied
                                          : access::Denial::kRateLimit;
}

// See AuditedChanges.
struct LinesOf {
  using Lines = std::vector<std::string>;

  Lines operator()(const engine::RegisterRule& command) const {
    return {absl::StrCat("rule ", command.rule.name)};
  }
  Lines operator()(const engine::DeleteRule& command) const {
    return {absl::StrCat("no rule ", command.name)};
  }
  Lines operator()(const engine::RegisterRelationship& command) const {
    return {absl::StrCat("relationship ", command.relationship.name)};
  }
  Lines operator()(const engine::DeleteRelationship& command) const {
    return {absl::StrCat("no relationship ", command.name)};
  }
  Lines operator()(const engine::ApplyDeclarations& command) const {
    Lines lines;
    if (command.prune) lines.emplace_back("no other declarations");
    for (const engine::Rule& rule : command.rules) {
      lines.push_back(absl::StrCat("rule ", rule.name));
    }
    for (const engine::Relationship& relationship : command.relationships) {
      lines.push_back(absl::StrCat("relationship ", relationship.name));
    }
    return lines;
  }
  Lines operator()(const engine::SetBatchDelay& command) const {
    return {absl::StrCat("batch delay ", absl::FormatDuration(command.delay))};
  }
  Lines operator()(const engine::DeleteNamespace&) const { return {"no namespace"}; }
  template <typename Other>
  Lines operator()(const Other&) const {
    return {};
  }
};

}  // namespace

std::optional<std::vector<std::string>> CertificateOf(const grpc::AuthContext& context) {
  if (!context.IsPeerAuthenticated()) return std::nullopt;
  std::vector<std::string> names;
  const auto add = [&](const char* property, bool is_uri) {
    for (const grpc::string_ref& name : context.FindPropertyValues(property)) {
      const absl::string_view text(name.data(), name.size());
      if (absl::StrContains(text, ':') == is_uri) names.emplace_back(text);
    }
  };
  add(GRPC_PEER_URI_PROPERTY_NAME, true);
  add(GRPC_PEER_DNS_PROPERTY_NAME, false);
  return names;
}

std::vector<std::string> AuditedChanges(const engine::Command& command) {
  return std::visit(LinesOf(), command);
}

CallAccess::CallAccess(access::Access& access, const access::Method& method,
                       grpc::CallbackServerContext& context)
    : access_(access), method_(method), context_(context) {
  if (access.has_policy()) credential_ = CredentialOf(context);
}

absl::Status CallAccess::Authenticate() {
  MutexLock lock(mutex_);
  return AuthenticateLocked();
}

absl::Status CallAccess::AuthenticateLocked() {
  absl::StatusOr<access::Caller> caller = access_.Authenticate(credential_);
  if (!caller.ok()) return Deny(caller.status());
  caller_ = *std::move(caller);
  return absl::OkStatus();
}

absl::Status CallAccess::Admit() {
  MutexLock lock(mutex_);
  if (absl::Status status = AuthenticateLocked(); !status.ok()) return status;
  const absl::Duration delay = access_.TakeOfPrincipal(caller_);
  if (delay == absl::ZeroDuration()) return absl::OkStatus();
  return DenyUntil(*caller_.principal()->limit, "the caller", delay);
}

absl::Status CallAccess::Permit(absl::string_view namespace_name) {
  MutexLock lock(mutex_);
  namespace_name_ = std::string(namespace_name);
  return PermitLocked();
}

absl::Status CallAccess::PermitLocked() {
  if (!access_.IsCurrent(caller_)) {
    if (absl::Status status = AuthenticateLocked(); !status.ok()) return status;
  }
  if (namespace_name_.empty()) return absl::OkStatus();
  const absl::Status status = caller_.Check(method_.role, namespace_name_);
  permitted_ = status.ok();
  return permitted_ ? status : Deny(status);
}

absl::Status CallAccess::Enter(absl::string_view namespace_name) {
  MutexLock lock(mutex_);
  namespace_name_ = std::string(namespace_name);
  if (absl::Status status = PermitLocked(); !status.ok()) return status;
  const absl::Duration delay = access_.TakeOfNamespace(caller_, namespace_name);
  if (delay == absl::ZeroDuration()) return absl::OkStatus();
  return DenyUntil(*caller_.policy()->LimitOf(namespace_name), "the namespace", delay);
}

absl::Status CallAccess::Recheck() {
  MutexLock lock(mutex_);
  return access_.IsCurrent(caller_) ? absl::OkStatus() : PermitLocked();
}

absl::StatusOr<absl::Duration> CallAccess::TakeInAdvance() {
  MutexLock lock(mutex_);
  const absl::Duration pause = access_.TakeInAdvance(caller_, namespace_name_);
  if (pause > absl::ZeroDuration()) access_.observer().OnDenied(access::Denial::kRateLimit);
  if (pause != absl::InfiniteDuration()) return pause;
  AskForRetryIn(access::TokenBucket::kLongestAdvance);
  return absl::ResourceExhaustedError(
      "too many streams of writes are over the limit of the caller or of the namespace: resend "
      "what "
      "was not acknowledged, after some seconds");
}

bool CallAccess::MayRead(absl::string_view namespace_name) const {
  MutexLock lock(mutex_);
  return caller_.Check(access::Role::kReader, namespace_name).ok();
}

void CallAccess::Audit(std::vector<std::string> changes, const absl::Status& outcome) {
  MutexLock lock(mutex_);
  if (!permitted_ || method_.role != access::Role::kAdmin) return;
  access::AuditRecord record = RecordOf(outcome);
  record.changes = std::move(changes);
  access_.audit().WriteCall(record);
}

absl::Status CallAccess::Deny(const absl::Status& reason) {
  access_.observer().OnDenied(DenialOf(reason));
  access_.audit().WriteDenied(RecordOf(reason));
  return reason;
}

// Returns the milliseconds, rounded up: a retry that comes too early is refused again.
int64_t CallAccess::AskForRetryIn(absl::Duration delay) {
  const int64_t milliseconds = absl::ToInt64Milliseconds(absl::Ceil(delay, absl::Milliseconds(1)));
  context_.AddTrailingMetadata(kRetryPushbackKey, absl::StrCat(milliseconds));
  return milliseconds;
}

absl::Status CallAccess::DenyUntil(const access::RateLimit& limit, absl::string_view whose,
                                   absl::Duration delay) {
  access_.observer().OnDenied(access::Denial::kRateLimit);
  permitted_ = false;  // it changes nothing
  const int64_t milliseconds = AskForRetryIn(delay);
  return absl::ResourceExhaustedError(
      absl::StrCat("the limit of ", whose, " is ", limit.calls_per_second,
                   " calls per second; retry in ", static_cast<double>(milliseconds) / 1000, " s"));
}

access::AuditRecord CallAccess::RecordOf(const absl::Status& outcome) const {
  const access::Principal* principal = caller_.principal();
  return {.principal = principal == nullptr ? "" : principal->name,
          .peer = context_.peer(),
          .method = std::string(method_.name),
          .namespace_name = namespace_name_,
          .changes = {},
          .outcome = outcome};
}

}  // namespace cache_invalidation::rpc
