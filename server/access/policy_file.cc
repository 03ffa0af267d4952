// SPDX-License-Identifier: Apache-2.0

#include "server/access/policy_file.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/files.h"
#include "common/yaml.h"
#include "server/access/policy.h"

namespace cache_invalidation::access {

PolicyFile::PolicyFile(std::string path, Access& access, const Clock& clock, Tell tell)
    : path_(std::move(path)), access_(access), clock_(clock), tell_(std::move(tell)) {}

absl::Status PolicyFile::Read(bool is_settled) {
  absl::Status outcome;
  {
    MutexLock lock(mutex_);
    // One byte more than a policy may have, so that a longer one is refused and not cut.
    const Content content = ReadRegularFile(path_, kMaxYamlBytes + 1);
    is_settled = is_settled || seen_ == content;
    seen_ = content;
    if (!is_settled || taken_ == content) return outcome_;
    taken_ = content;
    outcome_ = Take(content);
    outcome = outcome_;
  }
  tell_(outcome);
  return outcome;
}

absl::Status PolicyFile::Take(const Content& content) {
  using Parsed = absl::StatusOr<std::shared_ptr<const Policy>>;
  Parsed policy = content.ok() ? ParsePolicy(*content) : Parsed(content.status());
  absl::Status outcome = policy.ok() ? absl::OkStatus()
                                     : absl::InvalidArgumentError(absl::StrCat(
                                           "policy file ", path_, ": ", policy.status().message()));
  if (policy.ok()) access_.SetPolicy(*std::move(policy));
  access_.observer().OnPolicyRead(outcome.ok(), clock_.Now());
  access_.audit().WritePolicy(outcome);
  return outcome;
}

}  // namespace cache_invalidation::access
