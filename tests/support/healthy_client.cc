// SPDX-License-Identifier: Apache-2.0

#include "tests/support/healthy_client.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/clock.h"
#include "protos/cache_invalidation/v1/subscription_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/write_event_service.grpc.pb.h"
#include "tests/support/pause.h"
#include "tests/support/probe.h"

namespace cache_invalidation {
namespace {

constexpr absl::Duration kBetweenWrites = absl::Milliseconds(10);
constexpr absl::Duration kPatience = absl::Seconds(10);

}  // namespace

HealthyClient::HealthyClient(const std::shared_ptr<grpc::Channel>& channel) : channel_(channel) {
  subscriber_ = std::thread([this] { Subscribe(); });
  Eventually([this] { return subscribed_ || failed_; }, kPatience);
  writer_ = std::thread([this] { Write(); });
}

HealthyClient::~HealthyClient() { Stop(); }

Health HealthyClient::Stop() {
  stopping_ = true;
  if (writer_.joinable()) writer_.join();
  Eventually([this] { return events_ >= writes_ || failed_; }, kPatience);
  subscription_.TryCancel();
  if (subscriber_.joinable()) subscriber_.join();
  return {writes_, events_, slowest_, failure_};
}

void HealthyClient::Fail(const std::string& what, const std::string& why) {
  if (!failed_.exchange(true)) failure_ = absl::StrCat(what, ": ", why);
}

void HealthyClient::Write() {
  const RealClock clock;
  const auto stub = v1::WriteEventService::NewStub(channel_);
  grpc::ClientContext stream_context;
  const auto stream = stub->StreamWrites(&stream_context);
  while (!stopping_ && !failed_) {
    const absl::Duration begin = clock.Monotonic();
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(clock.Now() + kPatience));
    v1::InvalidateByWriteRequest request;
    request.mutable_write()->set_resource_type("healthy");
    v1::InvalidateByWriteResponse response;
    const grpc::Status status = stub->InvalidateByWrite(&context, request, &response);
    if (!status.ok()) {
      return Fail("a write", absl::StrCat(status.error_code(), " ", status.error_message()));
    }
    ++writes_;
    v1::StreamWritesRequest message;
    message.add_groups()->add_writes()->set_resource_type("healthy");
    v1::StreamWritesResponse answer;
    if (!stream->Write(message) || !stream->Read(&answer)) {
      return Fail("the stream of writes", stream->Finish().error_message());
    }
    ++writes_;
    slowest_ = std::max(slowest_, clock.Monotonic() - begin);
    Pause(kBetweenWrites);
  }
  stream->WritesDone();
  const grpc::Status end = stream->Finish();
  if (!end.ok() && !failed_) Fail("the end of the stream of writes", end.error_message());
}

void HealthyClient::Subscribe() {
  const auto stub = v1::SubscriptionService::NewStub(channel_);
  const auto stream = stub->Subscribe(&subscription_);
  v1::SubscribeRequest first;
  first.mutable_subscription()->set_name("healthy");
  stream->Write(first);
  v1::SubscribeResponse response;
  while (stream->Read(&response)) {
    if (response.has_started()) subscribed_ = true;
    if (response.has_reset()) Fail("the subscription", "it was reset");
    events_ += response.events_size();
  }
  if (!stopping_) Fail("the subscription", stream->Finish().error_message());
}

}  // namespace cache_invalidation
