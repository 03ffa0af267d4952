// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_RPC_CONVERSION_DECLARATION_CONVERSION_H_
#define CACHE_INVALIDATION_SERVER_RPC_CONVERSION_DECLARATION_CONVERSION_H_

#include <variant>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "protos/cache_invalidation/v1/declaration_service.pb.h"
#include "server/engine/command.h"
#include "server/engine/query.h"
#include "server/engine/result.h"
#include "server/rpc/conversion/request_conversion.h"

namespace cache_invalidation::rpc {

// Checks and converts the request of DeclarationService: to a command, or to a query if it only
// validates. Fails with INVALID_ARGUMENT, which names the path of the first wrong field.
absl::StatusOr<std::variant<engine::Command, engine::Query>> ToApplyDeclarations(
    const v1::ApplyDeclarationsRequest& request);

// Converts the result. Fails with the refusal of a query.
absl::Status FromApplyDeclarations(const v1::ApplyDeclarationsRequest& request,
                                   const engine::ApplyDeclarationsResult& result,
                                   const AnswerContext& context,
                                   v1::ApplyDeclarationsResponse* response);

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_CONVERSION_DECLARATION_CONVERSION_H_
