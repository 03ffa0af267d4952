// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_RPC_CONVERSION_NAMESPACE_CONVERSION_H_
#define CACHE_INVALIDATION_SERVER_RPC_CONVERSION_NAMESPACE_CONVERSION_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/arena.h"
#include "protos/cache_invalidation/v1/namespace_service.pb.h"
#include "protos/cache_invalidation/v1/stats_service.pb.h"
#include "server/engine/command.h"
#include "server/engine/query.h"
#include "server/engine/result.h"
#include "server/rpc/conversion/request_conversion.h"

namespace cache_invalidation::rpc {

// Check and convert the requests and the results of NamespaceService.
absl::StatusOr<engine::DeleteNamespace> ToDeleteNamespace(
    const v1::DeleteNamespaceRequest& request);
void FromDeleteNamespace(const engine::DeleteNamespaceResult& result, const AnswerContext& context,
                         v1::DeleteNamespaceResponse* response);

// Fills in the requested page. `names_after`: returns the names after a given one, sorted, at most
// `limit`.
using NamesAfter =
    absl::FunctionRef<std::vector<std::string>(absl::string_view name, size_t limit)>;
absl::Status ListNamespaces(const v1::ListNamespacesRequest& request, NamesAfter names_after,
                            google::protobuf::Arena& arena, v1::ListNamespacesResponse* response);

// Check and convert the request and the result of StatsService.
absl::StatusOr<engine::GetInvalidationStats> ToGetInvalidationStats(
    const v1::GetInvalidationStatsRequest& request);
void FromGetInvalidationStats(const engine::InvalidationStats& result, const AnswerContext& context,
                              v1::GetInvalidationStatsResponse* response);

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_CONVERSION_NAMESPACE_CONVERSION_H_
