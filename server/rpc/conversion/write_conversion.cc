#include "server/rpc/conversion/write_conversion.h"

#include <cstddef>
#include <utility>

#include "common/limits.h"
#include "common/names.h"
#include "server/rpc/conversion/context.h"
#include "server/rpc/conversion/field_error.h"
#include "server/rpc/conversion/request_conversion.h"
#include "server/rpc/conversion/waiting_conversion.h"

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

absl::Status FromInvalidateByWrite(const internal::v1::InvalidateByWriteRequest& request,
                                   const engine::InvalidationResult& result,
                                   const AnswerContext& context,
                                   v1::InvalidateByWriteResponse* response) {
  FromWriteResult(result, context.epoch, response->mutable_result());
  FromWaiting(context, response);
  return absl::OkStatus();
}

absl::Status FromInvalidateByWrites(const internal::v1::InvalidateByWritesRequest& request,
                                    const engine::InvalidationResult& result,
                                    const AnswerContext& context,
                                    v1::InvalidateByWritesResponse* response) {
  FromWriteResult(result, context.epoch, response->mutable_result());
  FromWaiting(context, response);
  return absl::OkStatus();
}

absl::Status FromExplainWrite(const internal::v1::ExplainWriteRequest& request,
                              const engine::ExplainWriteResult& result,
                              const AnswerContext& context, v1::ExplainWriteResponse* response) {
  FromExplanation(result.explanation, response->mutable_explanation());
  return absl::OkStatus();
}

}  // namespace cache_invalidation::rpc
