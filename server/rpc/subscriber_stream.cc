#include "server/rpc/subscriber_stream.h"

#include <cstdint>
#include <string>
#include <utility>

#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
#include "server/rpc/conversion/grpc_conversion.h"
#include "server/rpc/conversion/subscription_conversion.h"

namespace cache_invalidation::rpc {
namespace {

std::string RandomInstance() {
  absl::BitGen random;
  return absl::StrCat(absl::Hex(absl::Uniform<uint64_t>(random), absl::kZeroPad16),
                      absl::Hex(absl::Uniform<uint64_t>(random), absl::kZeroPad16));
}

}  // namespace

SubscriberStream::SubscriberStream(const delivery::StreamSurroundings& surroundings,
                                   grpc::CallbackServerContext& context, std::atomic<size_t>& open)
    : context_(context), open_(open), core_(delivery::StreamCore::Start(surroundings, *this)) {}

void SubscriberStream::OnReadDone(bool ok) {
  if (ok) core_->OnRead(Received());
}

absl::StatusOr<delivery::ReceivedMessage> SubscriberStream::Received() {
  const absl::StatusOr<v1::SubscribeRequest> request = ParseSubscribeRequest(received_);
  received_.Clear();
  if (!request.ok()) return request.status();
  absl::StatusOr<delivery::ReceivedMessage> message =
      ToReceivedMessage(*request, std::exchange(is_first_, false));
  if (!message.ok() || !message->subscription) return message;
  std::string& instance = message->subscription->session.instance;
  if (instance.empty()) instance = RandomInstance();
  return message;
}

size_t SubscriberStream::Encode(const delivery::Message& message) {
  sent_ = ToByteBuffer(message);
  return sent_.Length();
}

void SubscriberStream::OnWriteDone(bool ok) {
  sent_.Clear();
  core_->OnWritten(ok);
}

void SubscriberStream::End(const absl::Status& status) { Finish(ToGrpcStatus(status)); }

void SubscriberStream::OnDone() {
  core_->OnDone();
  std::atomic<size_t>& open = open_;
  delete this;
  open.fetch_sub(1, std::memory_order_relaxed);
}

}  // namespace cache_invalidation::rpc
