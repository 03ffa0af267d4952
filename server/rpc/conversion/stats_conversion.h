#ifndef CACHE_INVALIDATION_SERVER_RPC_CONVERSION_STATS_CONVERSION_H_
#define CACHE_INVALIDATION_SERVER_RPC_CONVERSION_STATS_CONVERSION_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "protos/cache_invalidation/v1/stats_service.pb.h"
#include "server/engine/query.h"
#include "server/engine/result.h"
#include "server/rpc/conversion/request_conversion.h"

namespace cache_invalidation::rpc {

// Check and convert the request and the result of StatsService.
absl::StatusOr<engine::GetInvalidationStats> ToGetInvalidationStats(
    const v1::GetInvalidationStatsRequest& request);
absl::Status FromGetInvalidationStats(const v1::GetInvalidationStatsRequest& request,
                                      const engine::InvalidationStats& result,
                                      const AnswerContext& context,
                                      v1::GetInvalidationStatsResponse* response);

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_CONVERSION_STATS_CONVERSION_H_
