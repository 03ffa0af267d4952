#ifndef CACHE_INVALIDATION_SERVER_ACCESS_POLICY_TEXT_H_
#define CACHE_INVALIDATION_SERVER_ACCESS_POLICY_TEXT_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "server/access/policy.h"

namespace cache_invalidation::access {

// Parses a policy in YAML; docs/operations.md describes its form. INVALID_ARGUMENT names the line
// and the field. It never repeats what stands where a hash is expected: that can be a token.
absl::StatusOr<std::shared_ptr<const Policy>> ParsePolicy(const std::string& yaml);

}  // namespace cache_invalidation::access

#endif  // CACHE_INVALIDATION_SERVER_ACCESS_POLICY_TEXT_H_
