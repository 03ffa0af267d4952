#include "client/internal/conversion/write_conversion.h"

#include "client/internal/conversion/json_conversion.h"
#include "client/internal/conversion/position_conversion.h"
#include "client/internal/conversion/repeated.h"
#include "client/internal/conversion/waiting_conversion.h"

namespace cache_invalidation::client::internal {
namespace {

// A WriteEvent and an InvalidateByWriteRequest have the same fields for a write.
template <typename Message>
void FillWrite(const WriteEvent& in, Message* out) {
  out->set_resource_type(in.resource_type);
  out->set_resource_id(in.resource_id);
  out->set_operation(in.operation);
  if (!in.context.empty()) ToProto(in.context, out->mutable_context());
  ToProto(in.tags, out->mutable_tags());
}

template <typename Response>
WriteResult ResultOf(const Response& in) {
  WriteResult out{.position = FromProto(in.result().position()),
                  .invalidations = in.result().invalidations(),
                  .rules_fired = FromProto(in.result().rules_fired()),
                  .widened = in.result().widened(),
                  .pending_targets = in.result().pending_targets(),
                  .waiting = std::nullopt};
  if (in.has_waiting()) out.waiting = FromProto(in.waiting());
  return out;
}

}  // namespace

void ToProto(const WriteEvent& in, v1::WriteEvent* out) { FillWrite(in, out); }

WriteEvent FromProto(const v1::WriteEvent& in) {
  return {.resource_type = in.resource_type(),
          .resource_id = in.resource_id(),
          .operation = in.operation(),
          .context = FromProto(in.context()),
          .tags = FromProto(in.tags())};
}

void ToProto(const InvalidateByWriteParams& in, v1::InvalidateByWriteRequest* out) {
  FillWrite(in.write, out);
  SetWait(in.wait, out);
}

void ToProto(const InvalidateByWritesParams& in, v1::InvalidateByWritesRequest* out) {
  for (const WriteEvent& write : in.writes) ToProto(write, out->add_writes());
  SetWait(in.wait, out);
}

void ToProto(const ExplainWriteParams& in, v1::ExplainWriteRequest* out) {
  ToProto(in.write, out->mutable_write());
  out->set_key(in.key);
  ToProto(in.key_tags, out->mutable_key_tags());
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

}  // namespace cache_invalidation::client::internal
