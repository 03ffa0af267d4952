// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_RPC_CONVERSION_WRITE_CONVERSION_H_
#define CACHE_INVALIDATION_SERVER_RPC_CONVERSION_WRITE_CONVERSION_H_

#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/json_value.h"
#include "google/protobuf/arena.h"
#include "protos/cache_invalidation/v1/explanation.pb.h"
#include "protos/cache_invalidation/v1/invalidation_service.pb.h"
#include "protos/cache_invalidation/v1/write_event_service.pb.h"
#include "protos/internal/v1/write.pb.h"
#include "server/engine/command.h"
#include "server/engine/query.h"
#include "server/engine/result.h"
#include "server/rpc/conversion/request_conversion.h"

namespace cache_invalidation::rpc {

// Returns OK if the bytes are an encoded google.protobuf.Struct within the limits of a write's
// context; otherwise INVALID_ARGUMENT, which names the place inside: `context.old.name: ...`.
// `field`: the beginning of that path.
absl::Status CheckContext(absl::string_view field, absl::string_view encoded);

// A write's context, decoded and completed (CompleteContext) on the first call of Get.
//
// Thread-compatible: even reading may decode.
class EncodedContext final : public JsonSource {
 public:
  // REQUIRES: CheckContext(encoded) is OK. Holds a view of the bytes.
  explicit EncodedContext(absl::string_view encoded) : encoded_(encoded) {}

  const JsonValue& Get() const override;

 private:
  const absl::string_view encoded_;
  mutable std::optional<JsonValue> decoded_;
};

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
void FromInvalidateByWrite(const engine::InvalidationResult& result, const AnswerContext& context,
                           v1::InvalidateByWriteResponse* response);
void FromInvalidateByWrites(const engine::InvalidationResult& result, const AnswerContext& context,
                            v1::InvalidateByWritesResponse* response);
void FromExplainWrite(const engine::ExplainWriteResult& result, const AnswerContext& context,
                      v1::ExplainWriteResponse* response);
// Children of nodes are left out, and counted, below 90 levels and beyond kMaxAnswerBytes of nodes
// together.
void FromExplanation(const engine::Explanation& explanation, v1::Explanation* proto);

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
void FromInvalidate(const engine::InvalidationResult& result, const AnswerContext& context,
                    v1::InvalidateResponse* response);
void FromInvalidateWithDependencies(const engine::InvalidateWithDependenciesResult& result,
                                    const AnswerContext& context,
                                    v1::InvalidateWithDependenciesResponse* response);
void FromScheduleBatchInvalidation(const engine::InvalidationResult& result,
                                   const AnswerContext& context,
                                   v1::ScheduleBatchInvalidationResponse* response);
void FromFlushPendingInvalidations(const engine::FlushResult& result, const AnswerContext& context,
                                   v1::FlushPendingInvalidationsResponse* response);
void FromSetBatchDelay(const engine::SetBatchDelayResult& result, const AnswerContext& context,
                       v1::SetBatchDelayResponse* response);

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_CONVERSION_WRITE_CONVERSION_H_
