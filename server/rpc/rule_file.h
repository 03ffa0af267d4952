#ifndef CACHE_INVALIDATION_SERVER_RPC_RULE_FILE_H_
#define CACHE_INVALIDATION_SERVER_RPC_RULE_FILE_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/engine/model.h"

namespace cache_invalidation::rpc {

// The rules of a file, {"rules": [...]} in protobuf's JSON mapping of the contract's Rule.
// INVALID_ARGUMENT names what is wrong: rules are checked as if they were registered, and no name
// may come twice.
absl::StatusOr<std::vector<engine::Rule>> ParseRuleFile(absl::string_view json);

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_RULE_FILE_H_
