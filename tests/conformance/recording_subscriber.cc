// SPDX-License-Identifier: Apache-2.0

#include "tests/conformance/recording_subscriber.h"

#include <utility>

namespace cache_invalidation::conformance {

RecordingSubscriber::RecordingSubscriber(std::shared_ptr<grpc::Channel> channel,
                                         v1::Subscription subscription,
                                         std::function<uint64_t()> published_head)
    : stub_(v1::SubscriptionService::NewStub(channel)),
      subscription_(std::move(subscription)),
      published_head_(std::move(published_head)) {}

RecordingSubscriber::~RecordingSubscriber() {
  if (connected()) Disconnect();
}

void RecordingSubscriber::Connect() {
  if (!epoch_.empty()) {
    subscription_.mutable_start_after()->set_epoch(epoch_);
    subscription_.mutable_start_after()->set_revision(complete_);
  }
  context_ = std::make_unique<grpc::ClientContext>();
  context_->set_wait_for_ready(true);
  stream_ = stub_->Subscribe(context_.get());
  history_.streams.push_back({subscription_, {}});
  sequence_ = 0;
  v1::SubscribeRequest first;
  *first.mutable_subscription() = subscription_;
  Send(std::move(first));
}

void RecordingSubscriber::Send(v1::SubscribeRequest request) {
  request.set_sequence(++sequence_);
  history_.streams.back().steps.emplace_back(
      Sent{sequence_, request.acknowledged_revision(), published_head_()});
  stream_->Write(request);
}

bool RecordingSubscriber::Read() {
  v1::SubscribeResponse response;
  if (!stream_->Read(&response)) {
    Close();
    return false;
  }
  if (response.has_started()) epoch_ = response.started().head().epoch();
  if (response.has_reset()) epoch_ = response.reset().start_after().epoch();
  complete_ = CompleteAfter(response, complete_);
  history_.streams.back().steps.emplace_back(std::move(response));
  return true;
}

void RecordingSubscriber::Renew() {
  v1::SubscribeRequest request;
  request.set_acknowledged_revision(complete_);
  Send(std::move(request));
}

void RecordingSubscriber::HalfClose() { stream_->WritesDone(); }

void RecordingSubscriber::Disconnect() {
  context_->TryCancel();
  v1::SubscribeResponse ignored;
  while (stream_->Read(&ignored)) {
  }
  Close();
}

void RecordingSubscriber::Close() {
  end_ = stream_->Finish();
  stream_.reset();
}

}  // namespace cache_invalidation::conformance
