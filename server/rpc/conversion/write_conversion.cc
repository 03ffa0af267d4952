// SPDX-License-Identifier: Apache-2.0

#include "server/rpc/conversion/write_conversion.h"

#include <cstddef>
#include <utility>

#include "common/limits.h"
#include "common/names.h"
#include "common/pattern.h"
#include "server/rpc/conversion/request_conversion.h"
#include "server/wire/message_conversion.h"

namespace cache_invalidation::rpc {
namespace {

using ProtoWrites = google::protobuf::RepeatedPtrField<internal::v1::WriteEvent>;

// Paths in errors are relative to the event.
absl::StatusOr<engine::WriteEvent> ToWriteEvent(const internal::v1::WriteEvent& proto,
                                                google::protobuf::Arena& arena) {
  absl::Status status = AtField("resource_type", CheckType(proto.resource_type()));
  status.Update(AtField("resource_id", CheckResourceId(proto.resource_id())));
  status.Update(AtField("operation", CheckOperation(proto.operation())));
  status.Update(CheckContext("context", proto.context()));
  status.Update(CheckList("tags", proto.tags(), 0, kMaxTagsPerWrite, CheckTagWithoutWildcard));
  if (!status.ok()) return status;

  engine::WriteEvent event;
  event.resource_type = proto.resource_type();
  event.resource_id = proto.resource_id();
  event.operation = proto.operation();
  event.tags = ToViews(proto.tags());
  if (!proto.context().empty()) {
    event.context = google::protobuf::Arena::Create<EncodedContext>(&arena, proto.context());
  }
  return event;
}

absl::StatusOr<engine::InvalidateByWrites> ToWrites(const ProtoWrites& writes,
                                                    google::protobuf::Arena& arena) {
  const auto count = static_cast<size_t>(writes.size());
  const absl::Status status = AtField("writes", CheckCount(count, 1, kMaxWritesPerCommand));
  if (!status.ok()) return status;
  engine::InvalidateByWrites command;
  command.writes.reserve(count);
  for (const internal::v1::WriteEvent& proto : writes) {
    absl::StatusOr<engine::WriteEvent> event = ToWriteEvent(proto, arena);
    if (!event.ok()) return InElement("writes", command.writes.size(), event.status());
    command.writes.push_back(*std::move(event));
  }
  return command;
}

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

absl::StatusOr<engine::InvalidateByWrites> ToInvalidateByWrite(
    const internal::v1::InvalidateByWriteRequest& request, google::protobuf::Arena& arena) {
  absl::StatusOr<engine::WriteEvent> event = ToWriteEvent(request.write(), arena);
  absl::Status status = InField("write", event.status());
  status.Update(CheckRequestIdField(request.request_id()));
  status.Update(CheckWaiting(request));
  if (!status.ok()) return status;
  engine::InvalidateByWrites command;
  command.writes.push_back(*std::move(event));
  command.immediate = request.wait_for_subscribers();
  return command;
}

absl::StatusOr<engine::InvalidateByWrites> ToInvalidateByWrites(
    const internal::v1::InvalidateByWritesRequest& request, google::protobuf::Arena& arena) {
  absl::Status status = CheckRequestIdField(request.request_id());
  status.Update(CheckWaiting(request));
  if (!status.ok()) return status;
  absl::StatusOr<engine::InvalidateByWrites> command = ToWrites(request.writes(), arena);
  if (command.ok()) command->immediate = request.wait_for_subscribers();
  return command;
}

absl::StatusOr<engine::InvalidateByWrites> ToWriteGroup(const internal::v1::WriteGroup& group,
                                                        google::protobuf::Arena& arena) {
  const absl::Status status = CheckRequestIdField(group.request_id());
  if (!status.ok()) return status;
  return ToWrites(group.writes(), arena);
}

absl::StatusOr<engine::ExplainWrite> ToExplainWrite(
    const internal::v1::ExplainWriteRequest& request, google::protobuf::Arena& arena) {
  absl::StatusOr<engine::WriteEvent> event = ToWriteEvent(request.write(), arena);
  absl::Status status = InField("write", event.status());
  if (!request.key().empty()) status.Update(AtField("key", CheckKey(request.key())));
  status.Update(CheckList("key_tags", request.key_tags(), 0, kMaxTagsPerEntry, CheckTag));
  if (!status.ok()) return status;
  return engine::ExplainWrite{*std::move(event), request.key(), ToViews(request.key_tags())};
}

void FromWriteResult(const engine::InvalidationResult& result, absl::string_view epoch,
                     v1::WriteResult* message) {
  FromRevision(result.revision, epoch, message->mutable_position());
  message->set_invalidations(result.invalidations);
  FromStrings(result.rules_fired, message->mutable_rules_fired());
  message->set_widened(result.widened);
  message->set_pending_targets(result.pending_targets);
}

void FromInvalidateByWrite(const engine::InvalidationResult& result, const AnswerContext& context,
                           v1::InvalidateByWriteResponse* response) {
  FromWriteResult(result, context.epoch, response->mutable_result());
  FromWaiting(context, response);
}

void FromInvalidateByWrites(const engine::InvalidationResult& result, const AnswerContext& context,
                            v1::InvalidateByWritesResponse* response) {
  FromWriteResult(result, context.epoch, response->mutable_result());
  FromWaiting(context, response);
}

void FromExplainWrite(const engine::ExplainWriteResult& result, const AnswerContext& context,
                      v1::ExplainWriteResponse* response) {
  FromExplanation(result.explanation, response->mutable_explanation());
  response->set_trace_id(std::string(context.trace_id()));
}

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

void FromInvalidate(const engine::InvalidationResult& result, const AnswerContext& context,
                    v1::InvalidateResponse* response) {
  FromRevision(result.revision, context.epoch, response->mutable_position());
  response->set_invalidations(result.invalidations);
  response->set_widened(result.widened);
  response->set_pending_targets(result.pending_targets);
  FromWaiting(context, response);
}

void FromInvalidateWithDependencies(const engine::InvalidateWithDependenciesResult& result,
                                    const AnswerContext& context,
                                    v1::InvalidateWithDependenciesResponse* response) {
  FromRevision(result.revision, context.epoch, response->mutable_position());
  response->set_invalidated(result.invalidated);
  response->set_dependents_left(result.dependents_left);
  FromWaiting(context, response);
}

void FromScheduleBatchInvalidation(const engine::InvalidationResult& result,
                                   const AnswerContext& context,
                                   v1::ScheduleBatchInvalidationResponse* response) {
  FromRevision(result.revision, context.epoch, response->mutable_position());
  response->set_pending_targets(result.pending_targets);
}

void FromFlushPendingInvalidations(const engine::FlushResult& result, const AnswerContext& context,
                                   v1::FlushPendingInvalidationsResponse* response) {
  FromRevision(result.revision, context.epoch, response->mutable_position());
  response->set_flushed(result.flushed);
  FromWaiting(context, response);
}

void FromSetBatchDelay(const engine::SetBatchDelayResult& result, const AnswerContext& context,
                       v1::SetBatchDelayResponse* response) {
  wire::FromDuration(result.previous_delay, response->mutable_previous_delay());
}

}  // namespace cache_invalidation::rpc
