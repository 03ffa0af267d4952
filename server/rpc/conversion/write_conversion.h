#ifndef CACHE_INVALIDATION_SERVER_RPC_CONVERSION_WRITE_CONVERSION_H_
#define CACHE_INVALIDATION_SERVER_RPC_CONVERSION_WRITE_CONVERSION_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/arena.h"
#include "protos/cache_invalidation/v1/explanation.pb.h"
#include "protos/cache_invalidation/v1/write_event_service.pb.h"
#include "protos/internal/v1/write.pb.h"
#include "server/engine/command.h"
#include "server/engine/explanation.h"
#include "server/engine/query.h"
#include "server/engine/result.h"
#include "server/rpc/conversion/request_conversion.h"

namespace cache_invalidation::rpc {

// Check and convert the requests of WriteEventService. Results are views into the requests and the
// arena. Fail with INVALID_ARGUMENT, which names the field.
absl::StatusOr<engine::InvalidateByWrites> ToInvalidateByWrite(
    const internal::v1::InvalidateByWriteRequest& request, google::protobuf::Arena& arena);
absl::StatusOr<engine::InvalidateByWrites> ToInvalidateByWrites(
    const internal::v1::InvalidateByWritesRequest& request, google::protobuf::Arena& arena);
// One group of StreamWrites. Paths in errors are relative to it.
absl::StatusOr<engine::InvalidateByWrites> ToWriteGroup(const internal::v1::WriteGroup& group,
                                                        google::protobuf::Arena& arena);
absl::StatusOr<engine::ExplainWrite> ToExplainWrite(
    const internal::v1::ExplainWriteRequest& request, google::protobuf::Arena& arena);

// Convert the engine's results to responses.
void FromWriteResult(const engine::InvalidationResult& result, absl::string_view epoch,
                     v1::WriteResult* message);
absl::Status FromInvalidateByWrite(const internal::v1::InvalidateByWriteRequest& request,
                                   const engine::InvalidationResult& result,
                                   const AnswerContext& context,
                                   v1::InvalidateByWriteResponse* response);
absl::Status FromInvalidateByWrites(const internal::v1::InvalidateByWritesRequest& request,
                                    const engine::InvalidationResult& result,
                                    const AnswerContext& context,
                                    v1::InvalidateByWritesResponse* response);
absl::Status FromExplainWrite(const internal::v1::ExplainWriteRequest& request,
                              const engine::ExplainWriteResult& result,
                              const AnswerContext& context, v1::ExplainWriteResponse* response);
// Children of nodes are left out, and counted, below 90 levels and beyond kMaxAnswerBytes of nodes
// together.
void FromExplanation(const engine::Explanation& explanation, v1::Explanation* proto);

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_CONVERSION_WRITE_CONVERSION_H_
