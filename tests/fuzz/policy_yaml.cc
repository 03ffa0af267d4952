// SPDX-License-Identifier: Apache-2.0

// Any bytes as a policy file: accepted, or refused with the line; whatever was accepted decides on
// every caller in the same way each time, and gives nothing to a token that it does not have.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "common/check.h"
#include "server/access/policy.h"

namespace cache_invalidation::access {
namespace {

void Read(const std::string& yaml) {
  const absl::StatusOr<std::shared_ptr<const Policy>> policy = ParsePolicy(yaml);
  if (!policy.ok()) {
    Check(absl::IsInvalidArgument(policy.status()), "a refusal is INVALID_ARGUMENT");
    Check(absl::StartsWith(policy.status().message(), "line "), "a refusal says where");
    return;
  }
  const auto unknown = (*policy)->Authenticate({.token = HashOf("")});
  Check(absl::IsUnauthenticated(unknown.status()), "no token is empty");
  const auto anonymous = (*policy)->Authenticate({});
  if (anonymous.ok()) {
    Check((*anonymous)->name == kAnonymous, "who presents nothing is anonymous");
    Check(
        (*anonymous)->MayAct(Role::kReader, "shop") || !(*anonymous)->MayAct(Role::kAdmin, "shop"),
        "an admin is a reader");
  }
  if (const RateLimit* limit = (*policy)->LimitOf("shop")) {
    Check(limit->calls_per_second > 0 && limit->burst >= 1, "a limit lets some calls pass");
  }
}

}  // namespace
}  // namespace cache_invalidation::access

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  cache_invalidation::access::Read(std::string(reinterpret_cast<const char*>(data), size));
  return 0;
}
