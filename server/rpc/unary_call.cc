// SPDX-License-Identifier: Apache-2.0

#include "server/rpc/unary_call.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/longest_wait.h"
#include "server/journal/journal.h"
#include "server/rpc/call_access.h"
#include "server/rpc/call_limits.h"
#include "server/rpc/conversion/encoded_message.h"
#include "server/rpc/conversion/request_conversion.h"
#include "server/rpc/trace_id.h"

namespace cache_invalidation::rpc {
namespace {

// The size of a call in a mailbox, besides its request.
constexpr size_t kCallBytes = 1024;

// The delay before a retry: about the time in which a full mailbox drains.
constexpr char kRetryPushbackMs[] = "100";

// Clients of gRPC's core send the time that is left rounded up to three digits.
constexpr int kMostRounding = 100;  // by one in a hundred

// Returns what is surely left of the call's deadline.
absl::Duration Remaining(const grpc::CallbackServerContext& context) {
  const absl::Duration left = TimeLeft(context);
  return left - left / kMostRounding;
}

// A call that takes longer is worth a line at debug level. Most take a millisecond, and a sync on a
// slow disk less than this.
constexpr absl::Duration kSlowCall = absl::Milliseconds(100);

// Whether a code means that the server has a fault, and not that its caller or its load has.
bool IsFaultOfServer(absl::StatusCode code) {
  return code == absl::StatusCode::kInternal || code == absl::StatusCode::kUnknown ||
         code == absl::StatusCode::kDataLoss;
}

}  // namespace

UnaryCall::UnaryCall(UnaryMethod& method, grpc::CallbackServerContext* context,
                     grpc::ByteBuffer* response)
    : method_(method),
      open_(method.backend.open_calls),
      context_(context),
      response_(response),
      started_(method.backend.clock.Monotonic()),
      access_(method.backend.access, method.access, *context) {
  method_.metrics.Started();
}

void UnaryCall::Start(grpc::ByteBuffer& request) {
  if (absl::Status status = access_.Admit(); !status.ok()) return End(status);
  if (!MayBeAppliedLate()) {
    if (absl::Status status = CheckDeadline(*context_); !status.ok()) return End(status);
  }
  // If the client sends no message, or gives up before it, the buffer is invalid and must not be
  // read.
  if (!request.Valid()) return End(absl::InvalidArgumentError("expected a message, got none"));
  method_.metrics.MessageReceived();
  const ReceivedBytes received(request);
  request.Clear();
  const absl::Status status = Submit(received.view());
  if (status.ok()) return;
  access_.Audit(std::move(changes_), status);
  End(status);
}

absl::Status UnaryCall::EnterNamespace() {
  const absl::StatusOr<absl::string_view> name = ToNamespace(namespace_field());
  if (!name.ok()) return name.status();
  if (absl::Status status = access_.Enter(*name); !status.ok()) return status;
  namespace_name_ = *name;
  return method_.backend.namespaces.Check(*name);
}

// Once the request is submitted, `this` may be deleted.
absl::Status UnaryCall::Submit(absl::string_view bytes) {
  if (absl::Status status = method_.backend.admission.Admit(); !status.ok()) return status;
  google::protobuf::Message& request = MakeRequest(arena_);
  if (absl::Status status = ParseRequest(bytes, request); !status.ok()) return status;
  if (absl::Status status = EnterNamespace(); !status.ok()) return status;
  absl::StatusOr<EngineRequest> engine_request = Convert(arena_);
  if (!engine_request.ok()) return engine_request.status();
  if (const auto* command = std::get_if<engine::Command>(&*engine_request)) {
    if (method_.access.role == access::Role::kAdmin) changes_ = AuditedChanges(*command);
    absl::Status status = method_.backend.admission.AdmitCommand(*command);
    if (!status.ok()) return status;
  }
  if (const std::optional<AskedWait> asked = wait()) {
    wait_ = std::make_shared<Wait>();
    wait_->asked = *asked;
    wait_->ends = method_.backend.clock.Monotonic() + Remaining(*context_);
    wait_->place = method_.backend.waiting.Admit(namespace_name_);
  }

  auto submission = std::make_unique<shard::Submission>();
  submission->namespace_name = std::string(namespace_name_);
  submission->requests.push_back(*std::move(engine_request));
  submission->size_bytes = bytes.size() + static_cast<size_t>(arena_.SpaceAllocated()) + kCallBytes;
  submission->cancelled = [this] { return context_->IsCancelled(); };
  submission->done = [this](std::vector<shard::Result> answers) {
    OnAnswer(std::move(answers.front()));
  };
  return method_.backend.shards.Submit(std::move(submission));
}

void UnaryCall::OnAnswer(shard::Result answer) {
  access_.Audit(std::move(changes_), answer.status());
  if (!answer.ok()) return End(answer.status());
  if (wait_ != nullptr) return BeginWait(std::move(*answer));
  Tell(*answer, nullptr);
}

// Once it waits, a cancellation may end the call on another thread, and `this` may be deleted.
void UnaryCall::BeginWait(engine::Result result) {
  const std::shared_ptr<Wait> wait = wait_;
  delivery::WaitingCalls& waiting = method_.backend.waiting;
  if (!wait->place.has_value()) {
    const delivery::WaitOutcome outcome = waiting.NotWaited();
    return Tell(result, &outcome);
  }
  wait->result = std::move(result);
  // The caller gets a result that names who is late, not DEADLINE_EXCEEDED.
  const absl::Duration at_most = LongestWait(wait->ends - method_.backend.clock.Monotonic());
  wait->number =
      waiting.Wait(namespace_name_, RevisionOf(wait->result),
                   {.timeout = wait->asked.timeout, .at_most = at_most},
                   [this](const delivery::WaitOutcome& outcome) { Tell(wait_->result, &outcome); });
  // OnCancel may have run before there was a number to cancel by.
  if (wait->cancelled && waiting.Cancel(wait->number)) End(absl::CancelledError("cancelled"));
}

void UnaryCall::OnCancel() {
  if (wait_ == nullptr) return;
  wait_->cancelled = true;
  const uint64_t number = wait_->number;
  if (number != 0 && method_.backend.waiting.Cancel(number)) End(absl::CancelledError("cancelled"));
}

void UnaryCall::Tell(const engine::Result& result, const delivery::WaitOutcome* waiting) {
  const delivery::Hub& hub = method_.backend.hub;
  const auto subscribers = [&hub](absl::string_view name) -> uint64_t {
    return hub.subscribers(name);
  };
  const auto trace_id = [this] { return TraceIdOf(*context_); };
  End(Answer(result, {namespace_name_, hub.epoch(), subscribers, waiting, trace_id}, arena_,
             response_));
}

void UnaryCall::End(const absl::Status& status) {
  if (status.ok()) method_.metrics.MessageSent();
  const absl::Duration took = method_.backend.clock.Monotonic() - started_;
  method_.metrics.Handled(status.code(), took);
  Report(status, took);
  if (status.code() == absl::StatusCode::kUnavailable) {
    context_->AddTrailingMetadata(kRetryPushbackKey, kRetryPushbackMs);
  }
  // A peer that does not read its answer keeps the call alive, but nothing else.
  namespace_name_ = {};
  arena_.Reset();
  if (wait_ != nullptr) {
    wait_->result = {};
    wait_->place.reset();
  }
  open_.BeginResponse(response_->Valid() ? response_->Length() : 0, *context_);
  Finish(ToGrpcStatus(status));
}

// The text of an error can quote names of the request, so only debug lines have it.
void UnaryCall::Report(const absl::Status& status, absl::Duration took) const {
  journal::Journal& journal = method_.backend.journal;
  const bool debug = journal.Takes(journal::Level::kDebug);
  const bool fault = IsFaultOfServer(status.code());
  if (!fault && !(debug && (!status.ok() || took > kSlowCall))) return;
  journal::Line line = {fault ? journal::Level::kError : journal::Level::kDebug,
                        status.ok() ? "slow call" : "call failed",
                        {{"method", method_.access.name},
                         {"code", absl::StatusCodeToString(status.code())},
                         {"milliseconds", absl::ToInt64Milliseconds(took)}}};
  const absl::string_view trace_id = TraceIdOf(*context_);
  if (!trace_id.empty()) line.fields.emplace_back("trace_id", trace_id);
  if (debug) line.detail = std::string(status.message());
  journal.Write(line);
}

}  // namespace cache_invalidation::rpc
