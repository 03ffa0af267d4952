#ifndef CACHE_INVALIDATION_SERVER_RPC_CONVERSION_RULE_FILE_H_
#define CACHE_INVALIDATION_SERVER_RPC_CONVERSION_RULE_FILE_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/engine/model.h"

namespace cache_invalidation::rpc {

// Parses a file of rules, {"rules": [...]} in protobuf's JSON mapping of the contract's Rule. Fails
// with INVALID_ARGUMENT and the reason: rules are checked as if they were registered, and no two
// may have the same name.
absl::StatusOr<std::vector<engine::Rule>> ParseRuleFile(absl::string_view json);

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_CONVERSION_RULE_FILE_H_
