// SPDX-License-Identifier: Apache-2.0

#include "client/internal/conversion/conversion.h"

namespace cache_invalidation::client::internal {
namespace {

template <typename Response>
WriteResult ResultOf(const Response& in) {
  return {.position = FromProto(in.result().position()),
          .invalidations = in.result().invalidations(),
          .rules_fired = FromProto(in.result().rules_fired()),
          .widened = in.result().widened(),
          .pending_targets = in.result().pending_targets(),
          .waiting = FromProtoIf(in.has_waiting(), in.waiting())};
}

}  // namespace

void ToProto(const WriteEvent& in, v1::WriteEvent* out) {
  out->set_resource_type(in.resource_type);
  out->set_resource_id(in.resource_id);
  out->set_operation(in.operation);
  if (!in.context.empty()) ToProto(in.context, out->mutable_context());
  ToProto(in.tags, out->mutable_tags());
}

WriteEvent FromProto(const v1::WriteEvent& in) {
  return {.resource_type = in.resource_type(),
          .resource_id = in.resource_id(),
          .operation = in.operation(),
          .context = FromProto(in.context()),
          .tags = FromProto(in.tags())};
}

void ToProto(const InvalidateByWriteParams& in, v1::InvalidateByWriteRequest* out) {
  ToProto(in.write, out->mutable_write());
  SetWait(in.wait, out);
}

void ToProto(const InvalidateByWritesParams& in, v1::InvalidateByWritesRequest* out) {
  ToProto(in.writes, out->mutable_writes());
  SetWait(in.wait, out);
}

void ToProto(const WriteResult& in, v1::InvalidateByWritesResponse* out) {
  v1::WriteResult* result = out->mutable_result();
  ToProto(in.position, result->mutable_position());
  result->set_invalidations(in.invalidations);
  ToProto(in.rules_fired, result->mutable_rules_fired());
  result->set_widened(in.widened);
  result->set_pending_targets(in.pending_targets);
  if (in.waiting.has_value()) ToProto(*in.waiting, out->mutable_waiting());
}

WriteResult FromProto(const v1::InvalidateByWritesResponse& in) { return ResultOf(in); }

WriteResult FromProto(const v1::InvalidateByWriteResponse& in) { return ResultOf(in); }

void ToProto(const InvalidateParams& in, v1::InvalidateRequest* out) {
  ToProto(in.tags, out->mutable_tags());
  ToProto(in.keys, out->mutable_keys());
  out->set_pattern(in.pattern);
  out->set_everything(in.everything);
  out->set_strategy(ToProto(in.strategy));
  SetWait(in.wait, out);
}

void ToProto(const InvalidateWithDependenciesParams& in,
             v1::InvalidateWithDependenciesRequest* out) {
  out->set_key(in.key);
  out->set_recursive(in.recursive);
  SetWait(in.wait, out);
}

void ToProto(const ScheduleBatchInvalidationParams& in, v1::ScheduleBatchInvalidationRequest* out) {
  ToProto(in.tags, out->mutable_tags());
  ToProto(in.keys, out->mutable_keys());
}

void ToProto(const FlushPendingInvalidationsParams& in, v1::FlushPendingInvalidationsRequest* out) {
  SetWait(in.wait, out);
}

void ToProto(const SetBatchDelayParams& in, v1::SetBatchDelayRequest* out) {
  ToProto(in.delay, out->mutable_delay());
}

void ToProto(const InvalidationResult& in, v1::InvalidateResponse* out) {
  ToProto(in.position, out->mutable_position());
  out->set_invalidations(in.invalidations);
  out->set_widened(in.widened);
  out->set_pending_targets(in.pending_targets);
  if (in.waiting.has_value()) ToProto(*in.waiting, out->mutable_waiting());
}

InvalidationResult FromProto(const v1::InvalidateResponse& in) {
  return {.position = FromProto(in.position()),
          .invalidations = in.invalidations(),
          .widened = in.widened(),
          .pending_targets = in.pending_targets(),
          .waiting = FromProtoIf(in.has_waiting(), in.waiting())};
}

void ToProto(const KeyInvalidation& in, v1::InvalidateWithDependenciesResponse* out) {
  ToProto(in.position, out->mutable_position());
  out->set_invalidated(in.invalidated);
  out->set_dependents_left(in.dependents_left);
  if (in.waiting.has_value()) ToProto(*in.waiting, out->mutable_waiting());
}

KeyInvalidation FromProto(const v1::InvalidateWithDependenciesResponse& in) {
  return {.position = FromProto(in.position()),
          .invalidated = in.invalidated(),
          .dependents_left = in.dependents_left(),
          .waiting = FromProtoIf(in.has_waiting(), in.waiting())};
}

void ToProto(const BatchSchedule& in, v1::ScheduleBatchInvalidationResponse* out) {
  ToProto(in.position, out->mutable_position());
  out->set_pending_targets(in.pending_targets);
}

BatchSchedule FromProto(const v1::ScheduleBatchInvalidationResponse& in) {
  return {.position = FromProto(in.position()), .pending_targets = in.pending_targets()};
}

void ToProto(const BatchFlush& in, v1::FlushPendingInvalidationsResponse* out) {
  ToProto(in.position, out->mutable_position());
  out->set_flushed(in.flushed);
  if (in.waiting.has_value()) ToProto(*in.waiting, out->mutable_waiting());
}

BatchFlush FromProto(const v1::FlushPendingInvalidationsResponse& in) {
  return {.position = FromProto(in.position()),
          .flushed = in.flushed(),
          .waiting = FromProtoIf(in.has_waiting(), in.waiting())};
}

absl::Duration FromProto(const v1::SetBatchDelayResponse& in) {
  return FromProto(in.previous_delay());
}

}  // namespace cache_invalidation::client::internal
