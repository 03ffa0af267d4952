#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_CONVERSION_WRITE_CONVERSION_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_CONVERSION_WRITE_CONVERSION_H_

#include "client/write_event.h"
#include "protos/cache_invalidation/v1/write_event_service.pb.h"

namespace cache_invalidation::client::internal {

void ToProto(const WriteEvent& in, v1::WriteEvent* out);
WriteEvent FromProto(const v1::WriteEvent& in);

// Requests, without the fields of every request: namespace and request_id.
void ToProto(const InvalidateByWriteParams& in, v1::InvalidateByWriteRequest* out);
void ToProto(const InvalidateByWritesParams& in, v1::InvalidateByWritesRequest* out);
void ToProto(const ExplainWriteParams& in, v1::ExplainWriteRequest* out);

// Responses. The result of a command and of waiting are one struct here.
void ToProto(const WriteResult& in, v1::InvalidateByWritesResponse* out);
WriteResult FromProto(const v1::InvalidateByWritesResponse& in);
WriteResult FromProto(const v1::InvalidateByWriteResponse& in);

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_CONVERSION_WRITE_CONVERSION_H_
