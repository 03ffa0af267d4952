#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_CONVERSION_INVALIDATION_CONVERSION_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_CONVERSION_INVALIDATION_CONVERSION_H_

#include "absl/time/time.h"
#include "client/invalidation.h"
#include "protos/cache_invalidation/v1/invalidation_service.pb.h"

namespace cache_invalidation::client::internal {

// Requests, without the fields of every request: namespace and request_id.
void ToProto(const InvalidateParams& in, v1::InvalidateRequest* out);
void ToProto(const InvalidateWithDependenciesParams& in,
             v1::InvalidateWithDependenciesRequest* out);
void ToProto(const ScheduleBatchInvalidationParams& in, v1::ScheduleBatchInvalidationRequest* out);
void ToProto(const FlushPendingInvalidationsParams& in, v1::FlushPendingInvalidationsRequest* out);
void ToProto(const SetBatchDelayParams& in, v1::SetBatchDelayRequest* out);

// Responses.
void ToProto(const InvalidationResult& in, v1::InvalidateResponse* out);
InvalidationResult FromProto(const v1::InvalidateResponse& in);

void ToProto(const KeyInvalidation& in, v1::InvalidateWithDependenciesResponse* out);
KeyInvalidation FromProto(const v1::InvalidateWithDependenciesResponse& in);

void ToProto(const BatchSchedule& in, v1::ScheduleBatchInvalidationResponse* out);
BatchSchedule FromProto(const v1::ScheduleBatchInvalidationResponse& in);

void ToProto(const BatchFlush& in, v1::FlushPendingInvalidationsResponse* out);
BatchFlush FromProto(const v1::FlushPendingInvalidationsResponse& in);

// The previous delay.
absl::Duration FromProto(const v1::SetBatchDelayResponse& in);

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_CONVERSION_INVALIDATION_CONVERSION_H_
