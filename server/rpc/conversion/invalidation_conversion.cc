#include "server/rpc/conversion/invalidation_conversion.h"

#include <cstddef>

#include "common/limits.h"
#include "common/names.h"
#include "common/pattern.h"
#include "server/rpc/conversion/field_error.h"
#include "server/rpc/conversion/request_conversion.h"
#include "server/rpc/conversion/waiting_conversion.h"
#include "server/wire/time_conversion.h"

namespace cache_invalidation::rpc {
namespace {

// Checks the tags and keys of one call; together there are at least `least`.
absl::Status CheckTargets(const ProtoStrings& tags, const ProtoStrings& keys, size_t least) {
  const size_t count = static_cast<size_t>(tags.size()) + static_cast<size_t>(keys.size());
  const absl::Status status = AtField("tags", CheckCount(count, least, kMaxTargetsPerCall));
  if (!status.ok()) return status;
  absl::Status each = CheckEach("tags", tags, CheckTagWithoutWildcard);
  each.Update(CheckEach("keys", keys, CheckKey));
  return each;
}

absl::Status CheckEverything(const v1::InvalidateRequest& request, engine::Strategy strategy) {
  if (!request.tags().empty() || !request.keys().empty() || !request.pattern().empty()) {
    return AtField("everything",
                   absl::InvalidArgumentError("expected no tags, keys or pattern beside it"));
  }
  if (strategy == engine::Strategy::kBatched) {
    return AtField("strategy", absl::InvalidArgumentError(
                                   "expected another strategy than BATCHED for everything"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<engine::Invalidate> ToInvalidate(const v1::InvalidateRequest& request) {
  const absl::StatusOr<engine::Strategy> strategy = ToStrategy(request.strategy());
  absl::Status status = strategy.status();
  if (!status.ok()) return status;
  const bool needs_names = request.pattern().empty() && !request.everything();
  status.Update(CheckTargets(request.tags(), request.keys(), needs_names ? 1 : 0));
  if (!request.pattern().empty()) {
    status.Update(AtField("pattern", Pattern::Compile(request.pattern()).status()));
  }
  if (request.everything()) status.Update(CheckEverything(request, *strategy));
  status.Update(CheckRequestIdField(request.request_id()));
  status.Update(CheckWaiting(request));
  if (!status.ok()) return status;

  engine::Invalidate command;
  command.tags = ToViews(request.tags());
  command.keys = ToViews(request.keys());
  command.pattern = request.pattern();
  command.everything = request.everything();
  command.strategy = *strategy;
  command.immediate = request.wait_for_subscribers();
  return command;
}

absl::StatusOr<engine::InvalidateWithDependencies> ToInvalidateWithDependencies(
    const v1::InvalidateWithDependenciesRequest& request) {
  absl::Status status = AtField("key", CheckKey(request.key()));
  status.Update(CheckRequestIdField(request.request_id()));
  status.Update(CheckWaiting(request));
  if (!status.ok()) return status;
  return engine::InvalidateWithDependencies{request.key(), request.recursive()};
}

absl::StatusOr<engine::Invalidate> ToScheduleBatchInvalidation(
    const v1::ScheduleBatchInvalidationRequest& request) {
  absl::Status status = CheckTargets(request.tags(), request.keys(), 1);
  status.Update(CheckRequestIdField(request.request_id()));
  if (!status.ok()) return status;
  engine::Invalidate command;
  command.tags = ToViews(request.tags());
  command.keys = ToViews(request.keys());
  command.strategy = engine::Strategy::kBatched;
  return command;
}

absl::StatusOr<engine::FlushPendingInvalidations> ToFlushPendingInvalidations(
    const v1::FlushPendingInvalidationsRequest& request) {
  absl::Status status = CheckRequestIdField(request.request_id());
  status.Update(CheckWaiting(request));
  if (!status.ok()) return status;
  return engine::FlushPendingInvalidations{};
}

absl::StatusOr<engine::SetBatchDelay> ToSetBatchDelay(const v1::SetBatchDelayRequest& request) {
  const absl::StatusOr<absl::Duration> delay =
      ToDuration(request.delay(), kMinBatchDelay, kMaxBatchDelay);
  absl::Status status = AtField("delay", delay.status());
  status.Update(CheckRequestIdField(request.request_id()));
  if (!status.ok()) return status;
  return engine::SetBatchDelay{*delay};
}

absl::Status FromInvalidate(const v1::InvalidateRequest& request,
                            const engine::InvalidationResult& result, const AnswerContext& context,
                            v1::InvalidateResponse* response) {
  FromRevision(result.revision, context.epoch, response->mutable_position());
  response->set_invalidations(result.invalidations);
  response->set_widened(result.widened);
  response->set_pending_targets(result.pending_targets);
  FromWaiting(context, response);
  return absl::OkStatus();
}

absl::Status FromInvalidateWithDependencies(const v1::InvalidateWithDependenciesRequest& request,
                                            const engine::InvalidateWithDependenciesResult& result,
                                            const AnswerContext& context,
                                            v1::InvalidateWithDependenciesResponse* response) {
  FromRevision(result.revision, context.epoch, response->mutable_position());
  response->set_invalidated(result.invalidated);
  response->set_dependents_left(result.dependents_left);
  FromWaiting(context, response);
  return absl::OkStatus();
}

absl::Status FromScheduleBatchInvalidation(const v1::ScheduleBatchInvalidationRequest& request,
                                           const engine::InvalidationResult& result,
                                           const AnswerContext& context,
                                           v1::ScheduleBatchInvalidationResponse* response) {
  FromRevision(result.revision, context.epoch, response->mutable_position());
  response->set_pending_targets(result.pending_targets);
  return absl::OkStatus();
}

absl::Status FromFlushPendingInvalidations(const v1::FlushPendingInvalidationsRequest& request,
                                           const engine::FlushResult& result,
                                           const AnswerContext& context,
                                           v1::FlushPendingInvalidationsResponse* response) {
  FromRevision(result.revision, context.epoch, response->mutable_position());
  response->set_flushed(result.flushed);
  FromWaiting(context, response);
  return absl::OkStatus();
}

absl::Status FromSetBatchDelay(const v1::SetBatchDelayRequest& request,
                               const engine::SetBatchDelayResult& result,
                               const AnswerContext& context, v1::SetBatchDelayResponse* response) {
  wire::FromDuration(result.previous_delay, response->mutable_previous_delay());
  return absl::OkStatus();
}

}  // namespace cache_invalidation::rpc
