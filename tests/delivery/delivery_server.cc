// SPDX-License-Identifier: Apache-2.0

#include "tests/delivery/delivery_server.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/check.h"
#include "common/clock.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server_builder.h"

namespace cache_invalidation {

size_t CountingObserver::Counts::ended_in_all() const {
  size_t sum = 0;
  for (const auto& [code, count] : ended) sum += count;
  return sum;
}

CountingObserver::Counts CountingObserver::counts() const {
  MutexLock lock(mutex_);
  return counts_;
}

void CountingObserver::OnStreamOpened() {
  MutexLock lock(mutex_);
  ++counts_.opened;
}

void CountingObserver::OnStreamEnded(absl::StatusCode code) {
  MutexLock lock(mutex_);
  ++counts_.ended[code];
  changed_.NotifyAll();
}

void CountingObserver::OnMessageSent(size_t events, size_t, absl::Duration) {
  MutexLock lock(mutex_);
  ++counts_.messages;
  counts_.events += events;
  changed_.NotifyAll();
}

void CountingObserver::OnReset(delivery::ResetReason) {
  MutexLock lock(mutex_);
  ++counts_.resets;
}

void CountingObserver::OnCatchUpRead(absl::StatusCode, size_t) {
  MutexLock lock(mutex_);
  ++counts_.catch_up_reads;
}

void CountingObserver::OnStalledStreamCancelled() {
  MutexLock lock(mutex_);
  ++counts_.stalled;
}

void CountingObserver::OnWaited(const delivery::WaitOutcome&) {
  MutexLock lock(mutex_);
  ++counts_.waits;
}

void CountingObserver::AwaitEnded(size_t streams) {
  MutexLock lock(mutex_);
  while (counts_.ended_in_all() < streams) changed_.Wait(mutex_);
}

void CountingObserver::AwaitMessages(size_t messages) {
  MutexLock lock(mutex_);
  while (counts_.messages < messages) changed_.Wait(mutex_);
}

delivery::HubOptions DeliveryServer::HubOptions(const Options& options) {
  delivery::HubOptions hub;
  hub.epoch = kEpoch;
  hub.event_cache_bytes = options.event_cache_bytes;
  if (!stored_) return hub;
  hub.retention = *options.stored;
  hub.older = &catch_up_;
  hub.on_floor_moved = [this](absl::string_view namespace_name, uint64_t floor) {
    storage::WriteBatch batch;
    batch.trims.push_back({std::string(namespace_name), floor});
    Check(store_.Write({&batch}, storage::Store::Sync::kNo).ok(), "memory never fails");
  };
  return hub;
}

DeliveryServer::DeliveryServer(Options options, Clock& clock)
    : stored_(options.stored.has_value()),
      outbox_(clock),
      catch_up_(store_, clock, observer_),
      hub_(HubOptions(options), clock, outbox_),
      waiting_(delivery::WaitingCalls::Make(hub_, outbox_, clock, observer_, {})),
      // No server comes after this one: every lease may be told at once.
      leases_({.noted = absl::InfiniteDuration()}, [](commit::Group) { return false; }),
      audit_log_(*access::AuditLog::Open("", clock, metrics_.access())),
      access_(clock, *audit_log_, metrics_.access()),
      service_(options.max_streams, {hub_, outbox_, *waiting_, leases_, clock, observer_},
               {admission_, namespaces_, access_, open_calls_, metrics_.rpc()}) {
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
  builder.RegisterService(&service_);
  server_ = builder.BuildAndStart();
  if (stored_) catch_up_thread_ = std::make_unique<delivery::CatchUpThread>(catch_up_, outbox_);
  Check(server_ != nullptr, "a server starts on a free port");
}

DeliveryServer::~DeliveryServer() { Shutdown(absl::ZeroDuration()); }

void DeliveryServer::Publish(HistoryBuilder& history, const std::vector<Targets>& events) {
  Publish(history.Group(events));
}

void DeliveryServer::Publish(commit::Group group) {
  if (stored_) {
    storage::WriteBatch batch;
    batch.chunks = group.published.front().chunks;
    Check(store_.Write({&batch}, storage::Store::Sync::kNo).ok(), "memory never fails");
  }
  hub_.Publish(std::move(group));
}

std::shared_ptr<grpc::Channel> DeliveryServer::Connect() const {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  // Little is buffered, so that a stream that is not read stalls soon.
  arguments.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  arguments.SetInt(GRPC_ARG_HTTP2_STREAM_LOOKAHEAD_BYTES, 64 << 10);
  return grpc::CreateCustomChannel(absl::StrCat("127.0.0.1:", port_),
                                   grpc::InsecureChannelCredentials(), arguments);
}

void DeliveryServer::Shutdown(absl::Duration patience) {
  server_->Shutdown(absl::ToChronoTime(RealClock().Now() + patience));
}

TestStream::TestStream(const std::shared_ptr<grpc::Channel>& channel)
    : stream_(v1::SubscriptionService::NewStub(channel)->Subscribe(&context_)) {}

TestStream::TestStream(const std::shared_ptr<grpc::Channel>& channel, const Request& first)
    : TestStream(channel) {
  Send(first);
}

TestStream::~TestStream() {
  if (finished_) return;
  Cancel();
  Finish();
}

TestStream::Response TestStream::Read() {
  Response response;
  if (!stream_->Read(&response)) response.Clear();
  return response;
}

TestStream::Response TestStream::ReadUpTo(uint64_t revision) {
  Response all;
  Response response;
  while (stream_->Read(&response)) {
    all.MergeFrom(response);
    for (const v1::Event& event : response.events()) {
      if (event.revision() >= revision && event.last_part()) return all;
    }
    if (response.progress().revision() >= revision && response.has_progress()) return all;
  }
  return all;
}

grpc::Status TestStream::Finish() {
  Response response;
  while (stream_->Read(&response)) {
  }
  finished_ = true;
  return stream_->Finish();
}

v1::SubscribeRequest FirstMessage(const std::string& namespace_name) {
  v1::SubscribeRequest request;
  request.mutable_subscription()->set_namespace_(namespace_name);
  request.mutable_subscription()->set_name("test");
  return request;
}

v1::SubscribeRequest FirstMessageAfter(const std::string& namespace_name, uint64_t revision) {
  v1::SubscribeRequest request = FirstMessage(namespace_name);
  v1::Position* position = request.mutable_subscription()->mutable_start_after();
  position->set_epoch(DeliveryServer::kEpoch);
  position->set_revision(revision);
  return request;
}

}  // namespace cache_invalidation
