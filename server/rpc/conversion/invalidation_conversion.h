#ifndef CACHE_INVALIDATION_SERVER_RPC_CONVERSION_INVALIDATION_CONVERSION_H_
#define CACHE_INVALIDATION_SERVER_RPC_CONVERSION_INVALIDATION_CONVERSION_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "protos/cache_invalidation/v1/invalidation_service.pb.h"
#include "server/engine/command.h"
#include "server/engine/result.h"
#include "server/rpc/conversion/request_conversion.h"

namespace cache_invalidation::rpc {

// Check and convert the requests of InvalidationService. Results are views into the requests. Fail
// with INVALID_ARGUMENT, which names the field.
absl::StatusOr<engine::Invalidate> ToInvalidate(const v1::InvalidateRequest& request);
absl::StatusOr<engine::InvalidateWithDependencies> ToInvalidateWithDependencies(
    const v1::InvalidateWithDependenciesRequest& request);
absl::StatusOr<engine::Invalidate> ToScheduleBatchInvalidation(
    const v1::ScheduleBatchInvalidationRequest& request);
absl::StatusOr<engine::FlushPendingInvalidations> ToFlushPendingInvalidations(
    const v1::FlushPendingInvalidationsRequest& request);
absl::StatusOr<engine::SetBatchDelay> ToSetBatchDelay(const v1::SetBatchDelayRequest& request);

// Convert the engine's results to responses.
absl::Status FromInvalidate(const v1::InvalidateRequest& request,
                            const engine::InvalidationResult& result, const AnswerContext& context,
                            v1::InvalidateResponse* response);
absl::Status FromInvalidateWithDependencies(const v1::InvalidateWithDependenciesRequest& request,
                                            const engine::InvalidateWithDependenciesResult& result,
                                            const AnswerContext& context,
                                            v1::InvalidateWithDependenciesResponse* response);
absl::Status FromScheduleBatchInvalidation(const v1::ScheduleBatchInvalidationRequest& request,
                                           const engine::InvalidationResult& result,
                                           const AnswerContext& context,
                                           v1::ScheduleBatchInvalidationResponse* response);
absl::Status FromFlushPendingInvalidations(const v1::FlushPendingInvalidationsRequest& request,
                                           const engine::FlushResult& result,
                                           const AnswerContext& context,
                                           v1::FlushPendingInvalidationsResponse* response);
absl::Status FromSetBatchDelay(const v1::SetBatchDelayRequest& request,
                               const engine::SetBatchDelayResult& result,
                               const AnswerContext& context, v1::SetBatchDelayResponse* response);

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_CONVERSION_INVALIDATION_CONVERSION_H_
