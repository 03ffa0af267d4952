// SPDX-License-Identifier: Apache-2.0

#include "server/rpc/write_stream.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/limits.h"
#include "grpc/support/time.h"
#include "protos/cache_invalidation/v1/write_event_service.grpc.pb.h"
#include "server/access/roles.h"
#include "server/rpc/conversion/encoded_message.h"
#include "server/rpc/conversion/request_conversion.h"

namespace cache_invalidation::rpc {
namespace {

absl::Status Draining() {
  return absl::UnavailableError(
      "the server is draining: reconnect and resend what was not acknowledged");
}

absl::Status TooOld() {
  return absl::UnavailableError(
      "the stream has reached its maximum age: reconnect and resend what was not acknowledged");
}

}  // namespace

void WriteStreamSet::Drain() {
  {
    MutexLock lock(mutex_);
    draining_ = true;
  }
  for (const std::shared_ptr<WriteStream>& stream : streams()) stream->End(Draining());
}

void WriteStreamSet::Recheck() {
  for (const std::shared_ptr<WriteStream>& stream : streams()) stream->Recheck();
}

absl::flat_hash_set<std::shared_ptr<WriteStream>> WriteStreamSet::streams() {
  MutexLock lock(mutex_);
  return streams_;
}

absl::Status WriteStreamSet::Add(std::shared_ptr<WriteStream> stream) {
  MutexLock lock(mutex_);
  streams_.insert(std::move(stream));
  if (draining_) return Draining();
  if (streams_.size() <= kMaxWriteStreams) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrCat("expected at most ", kMaxWriteStreams, " streams of writes"));
}

void WriteStreamSet::Remove(const std::shared_ptr<WriteStream>& stream) {
  MutexLock lock(mutex_);
  streams_.erase(stream);
}

WriteStream::WriteStream(const Backend& backend, metrics::MethodMetrics& metrics,
                         grpc::CallbackServerContext& context, WriteStreamSet& streams)
    : backend_(backend),
      open_(backend.open_calls),
      metrics_(metrics),
      streams_(streams),
      started_(backend.clock.Monotonic()),
      context_(context),
      access_(backend.access,
              access::MethodOf(v1::WriteEventService::service_full_name(), "StreamWrites"),
              context) {
  metrics_.Started();
}

WriteStream::Reactor* WriteStream::Start(const Backend& backend, metrics::MethodMetrics& metrics,
                                         grpc::CallbackServerContext& context,
                                         WriteStreamSet& streams) {
  auto stream = std::shared_ptr<WriteStream>(new WriteStream(backend, metrics, context, streams));
  const absl::Status admitted = stream->access_.Admit();
  const absl::Status added = streams.Add(stream);
  MutexLock lock(stream->mutex_);
  if (!admitted.ok()) stream->EndInTime(admitted);
  if (!added.ok()) stream->EndInTime(added);
  stream->ExpectFirstMessage();
  stream->Advance();
  return stream.get();
}

void WriteStream::End(const absl::Status& reason) {
  MutexLock lock(mutex_);
  EndLocked(reason);
  Advance();
}

void WriteStream::Recheck() {
  MutexLock lock(mutex_);
  if (finished_) return;
  if (absl::Status status = access_.Recheck(); !status.ok()) EndInTime(status);
  Advance();
}

// The alarms do not keep the stream alive: the server may end before them.
void WriteStream::After(absl::Duration delay, void (WriteStream::*react)(), grpc::Alarm& alarm) {
  alarm.Set(gpr_time_from_micros(absl::ToInt64Microseconds(delay), GPR_TIMESPAN),
            [react, stream = weak_from_this()](bool /*expired*/) {
              if (const auto self = stream.lock()) (self.get()->*react)();
            });
}

void WriteStream::ExpectFirstMessage() {
  After(kFirstMessageTimeout, &WriteStream::OnFirstMessageLate, first_message_);
}

void WriteStream::OnFirstMessageLate() {
  MutexLock lock(mutex_);
  if (namespace_name_.empty()) {
    EndInTime(absl::DeadlineExceededError("the first message did not come in time"));
  }
  Advance();
}

absl::Status WriteStream::Pace() {
  const absl::StatusOr<absl::Duration> pause = access_.TakeInAdvance();
  if (!pause.ok() || *pause == absl::ZeroDuration()) return pause.status();
  pausing_ = true;
  pause_ = std::make_unique<grpc::Alarm>();
  After(*pause, &WriteStream::OnPauseOver, *pause_);
  return absl::OkStatus();
}

void WriteStream::OnPauseOver() {
  MutexLock lock(mutex_);
  pausing_ = false;
  Advance();
}

void WriteStream::EndLocked(const absl::Status& reason) {
  if (!ending_) reason_ = reason;
  ending_ = true;
}

void WriteStream::EndInTime(const absl::Status& error) {
  reason_.Update(error);
  ending_ = true;
  if (finished_ || patience_ != nullptr) return;
  patience_ = std::make_unique<grpc::Alarm>();
  After(kWriteStreamPatience, &WriteStream::OnPatienceOver, *patience_);
}

void WriteStream::OnPatienceOver() {
  MutexLock lock(mutex_);
  if (!finished_) context_.TryCancel();  // OnCancel follows
}

void WriteStream::OnReadDone(bool ok) {
  absl::StatusOr<std::shared_ptr<WriteMessage>> message =
      absl::OutOfRangeError("the client has no more");
  if (ok) {
    metrics_.MessageReceived();
    message = WriteMessage::Parse(ReceivedBytes(incoming_).view());
    incoming_.Clear();
  }
  MutexLock lock(mutex_);
  reading_ = false;
  if (!ok) {
    EndLocked(absl::OkStatus());
  } else if (!ending_) {
    const absl::Status status = message.ok() ? Accept(*std::move(message)) : message.status();
    if (!status.ok()) EndInTime(status);
  }
  Advance();
}

absl::Status WriteStream::Accept(std::shared_ptr<WriteMessage> message) {
  if (absl::Status status = backend_.admission.Admit(); !status.ok()) return status;
  const absl::string_view field = message->namespace_field();
  if (namespace_name_.empty() || !field.empty()) {
    const absl::StatusOr<absl::string_view> name = ToNamespace(field);
    if (!name.ok()) return name.status();
    if (!namespace_name_.empty() && *name != namespace_name_) {
      return AtField("namespace", absl::InvalidArgumentError(
                                      "expected the namespace of the first message, or none"));
    }
    if (absl::Status status = access_.Permit(*name); !status.ok()) return status;
    if (absl::Status status = backend_.namespaces.Check(*name); !status.ok()) return status;
    namespace_name_ = std::string(*name);
  } else if (absl::Status status = access_.Permit(namespace_name_); !status.ok()) {
    return status;
  }
  if (absl::Status status = Pace(); !status.ok()) return status;
  messages_.push_back(std::move(message));
  Submit();
  if (backend_.clock.Monotonic() - started_ > kMaxConnectionAge) EndLocked(TooOld());
  return absl::OkStatus();
}

void WriteStream::Submit() {
  const std::shared_ptr<WriteMessage>& message = messages_.back();
  parked_ = false;
  auto submission = std::make_unique<shard::Submission>();
  submission->namespace_name = namespace_name_;
  submission->requests = message->Convert();
  if (submission->requests.empty()) return message->Answer({}, backend_.hub.epoch());
  submission->size_bytes = message->size_bytes();
  submission->cancelled = [stream = shared_from_this()] { return stream->cancelled_.load(); };
  submission->done = [stream = shared_from_this(),
                      message](const std::vector<shard::Result>& answers) {
    stream->OnAnswers(*message, answers);
  };
  ++in_shard_;
  const absl::Status status = backend_.shards.Submit(std::move(submission));
  if (status.ok()) return;
  --in_shard_;
  parked_ = in_shard_ > 0;
  if (parked_) return message->Park();
  // No message of this stream is in the shard, so no completion would trigger a retry: the client
  // has to retry.
  messages_.pop_back();
  EndLocked(status);
}

void WriteStream::OnAnswers(WriteMessage& message, const std::vector<shard::Result>& answers) {
  MutexLock lock(mutex_);
  --in_shard_;
  message.Answer(answers, backend_.hub.epoch());
  if (parked_) Submit();
  Advance();
}

void WriteStream::OnWriteDone(bool ok) {
  MutexLock lock(mutex_);
  writing_ = false;
  if (ok) metrics_.MessageSent();
  if (!ok) cancelled_ = true;
  messages_.front()->PopPart();
  if (messages_.front()->part() == nullptr) messages_.pop_front();
  Advance();
}

void WriteStream::OnCancel() {
  MutexLock lock(mutex_);
  cancelled_ = true;
  Advance();
}

void WriteStream::Advance() {
  if (finished_) return;
  if (!cancelled_ && !writing_ && !messages_.empty() && messages_.front()->answered()) {
    writing_ = true;
    outgoing_ = ToByteBuffer(*messages_.front()->part());
    StartWrite(&outgoing_);
  }
  if (!cancelled_ && !ending_ && !reading_ && !parked_ && !pausing_ &&
      messages_.size() < kMaxStreamWritesInFlight) {
    reading_ = true;
    StartRead(&incoming_);
  }
  if (cancelled_ || (ending_ && messages_.empty())) {
    finished_ = true;
    if (cancelled_) reason_.Update(absl::CancelledError("the client has disconnected"));
    Finish(ToGrpcStatus(reason_));
  }
}

void WriteStream::OnDone() {
  absl::StatusCode code = absl::StatusCode::kOk;
  {
    MutexLock lock(mutex_);
    code = reason_.code();
  }
  metrics_.Handled(code, backend_.clock.Monotonic() - started_);
  streams_.Remove(shared_from_this());
}

}  // namespace cache_invalidation::rpc
