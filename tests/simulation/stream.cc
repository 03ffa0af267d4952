// SPDX-License-Identifier: Apache-2.0

#include "tests/simulation/stream.h"

#include <algorithm>
#include <utility>

#include "common/check.h"
#include "server/rpc/conversion/encoded_message.h"
#include "server/rpc/conversion/subscription_conversion.h"

namespace cache_invalidation::simulation {
namespace {

v1::SubscribeResponse ToResponse(const delivery::Message& message) {
  const grpc::ByteBuffer buffer = rpc::ToByteBuffer(message);
  const rpc::ReceivedBytes bytes(buffer);
  v1::SubscribeResponse response;
  Check(response.ParseFromArray(bytes.view().data(), static_cast<int>(bytes.view().size())),
        "what is sent can be parsed");
  return response;
}

}  // namespace

Stream::Stream(const delivery::StreamSurroundings& surroundings, Waker& waker, size_t window,
               Mutation mutation, std::shared_ptr<Connection> connection)
    : hub_(surroundings.hub),
      waker_(waker),
      window_(window),
      mutation_(mutation),
      connection_(std::move(connection)),
      core_(delivery::StreamCore::Start(surroundings, *this)) {}

bool Stream::Step() {
  if (over_) return false;
  if (WriteIsDone()) {
    EndWrite(/*ok=*/true);
  } else if (ending_ && (cancelled_ || !writing_)) {
    Close(*ending_);
  } else if (reading_ && !connection_->to_server.empty()) {
    reading_ = false;
    waker_.set_loses(mutation_ == Mutation::kForgetsWakeAfterRead);
    core_->OnRead(Received());
    waker_.set_loses(false);
  } else {
    return false;
  }
  return true;
}

absl::StatusOr<delivery::ReceivedMessage> Stream::Received() {
  const v1::SubscribeRequest request = std::move(connection_->to_server.front());
  connection_->to_server.pop_front();
  absl::StatusOr<delivery::ReceivedMessage> message =
      rpc::ToReceivedMessage(request, std::exchange(is_first_, false));
  if (!message.ok()) return message;
  if (mutation_ == Mutation::kAcknowledgesTooMuch) {
    message->says.acknowledged_revision = std::max(message->says.acknowledged_revision, sent_);
  }
  if (mutation_ == Mutation::kSkipsAfterResume && message->subscription &&
      message->subscription->start_after) {
    uint64_t& revision = message->subscription->start_after->revision;
    if (revision < hub_.head(message->subscription->session.namespace_name)) ++revision;
  }
  return message;
}

size_t Stream::Encode(const delivery::Message& message) {
  encoded_ = ToResponse(message);
  sent_ = std::max(
      {sent_, message.events.completed, message.progress ? message.progress->revision : 0});
  return encoded_.ByteSizeLong();
}

void Stream::Write() {
  ++writes_;
  Check(!writing_ && !ending_, "one write at a time, and none after the end");
  writing_ = true;
  connection_->to_client.push_back(std::move(encoded_));
}

void Stream::EndWrite(bool ok) {
  writing_ = false;
  waker_.set_loses(mutation_ == Mutation::kForgetsWakeAfterWrite);
  core_->OnWritten(ok);
  waker_.set_loses(false);
}

void Stream::End(const absl::Status& status) {
  Check(!ending_, "a call ends once");
  ending_ = status;
}

void Stream::NoteLeft() {
  if (over_) return;
  core_->OnCancel();
  Close(absl::CancelledError("the client is gone"));
}

void Stream::Close(const absl::Status& status) {
  if (std::exchange(over_, true)) return;
  connection_->ended = status;
  if (writing_) EndWrite(/*ok=*/false);
  core_->OnDone();
}

bool Stream::MissedWakeUp(absl::Duration now) {
  const uint64_t before = writes_;
  (void)core_->Drive(now);
  return writes_ != before;
}

}  // namespace cache_invalidation::simulation
