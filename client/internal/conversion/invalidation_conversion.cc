#include "client/internal/conversion/invalidation_conversion.h"

#include "client/internal/conversion/position_conversion.h"
#include "client/internal/conversion/repeated.h"
#include "client/internal/conversion/strategy_conversion.h"
#include "client/internal/conversion/time_conversion.h"
#include "client/internal/conversion/waiting_conversion.h"

namespace cache_invalidation::client::internal {

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
  InvalidationResult out{.position = FromProto(in.position()),
                         .invalidations = in.invalidations(),
                         .widened = in.widened(),
                         .pending_targets = in.pending_targets(),
                         .waiting = std::nullopt};
  if (in.has_waiting()) out.waiting = FromProto(in.waiting());
  return out;
}

void ToProto(const KeyInvalidation& in, v1::InvalidateWithDependenciesResponse* out) {
  ToProto(in.position, out->mutable_position());
  out->set_invalidated(in.invalidated);
  out->set_dependents_left(in.dependents_left);
  if (in.waiting.has_value()) ToProto(*in.waiting, out->mutable_waiting());
}

KeyInvalidation FromProto(const v1::InvalidateWithDependenciesResponse& in) {
  KeyInvalidation out{.position = FromProto(in.position()),
                      .invalidated = in.invalidated(),
                      .dependents_left = in.dependents_left(),
                      .waiting = std::nullopt};
  if (in.has_waiting()) out.waiting = FromProto(in.waiting());
  return out;
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
  BatchFlush out{
      .position = FromProto(in.position()), .flushed = in.flushed(), .waiting = std::nullopt};
  if (in.has_waiting()) out.waiting = FromProto(in.waiting());
  return out;
}

absl::Duration FromProto(const v1::SetBatchDelayResponse& in) {
  return FromProto(in.previous_delay());
}

}  // namespace cache_invalidation::client::internal
