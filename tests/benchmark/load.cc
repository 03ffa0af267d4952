// SPDX-License-Identifier: Apache-2.0

#include "tests/benchmark/load.h"

#include <atomic>
#include <latch>
#include <optional>
#include <thread>

#include "absl/strings/str_cat.h"
#include "common/check.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "protos/cache_invalidation/v1/rule_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/write_event_service.grpc.pb.h"

namespace cache_invalidation {
namespace {

constexpr int kMessagesUnderWay = 4;
// Ids come back, so that a long run measures writes and not a growing state.
constexpr int64_t kIds = 1'000;

// The calls of CallInvalidateByWrite that nobody has begun yet.
struct Calls {
  v1::WriteEventService::Stub& stub;
  const int64_t end;
  std::atomic<int64_t> next = 0;
  std::latch callers{kCallsInFlight};
};

// One of the calls in flight: where it ends, the next one begins.
class Caller {
 public:
  explicit Caller(Calls& calls) : calls_(calls) {}

  void CallNext() {
    const int64_t call = calls_.next++;
    if (call >= calls_.end) {
      calls_.callers.count_down();
      return;
    }
    context_.emplace();
    Fill(*request_.mutable_write(), call);
    calls_.stub.async()->InvalidateByWrite(&*context_, &request_, &response_,
                                           [this](const grpc::Status& status) {
                                             Check(status.ok(), "calls succeed");
                                             CallNext();
                                           });
  }

 private:
  Calls& calls_;
  std::optional<grpc::ClientContext> context_;
  v1::InvalidateByWriteRequest request_;
  v1::InvalidateByWriteResponse response_;
};

}  // namespace

std::shared_ptr<grpc::Channel> Connect(const std::string& address) {
  grpc::ChannelArguments arguments;
  // Connections with equal arguments would be shared.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

void Fill(v1::WriteEvent& write, int64_t number) {
  write.set_resource_type("item");
  write.set_resource_id(absl::StrCat(number % kIds));
  write.set_operation("update");
}

void RegisterRule(const std::string& address) {
  const auto stub = v1::RuleService::NewStub(Connect(address));
  v1::RegisterRuleRequest request;
  request.mutable_rule()->set_name("views");
  request.mutable_rule()->add_trigger_tags("item");
  request.mutable_rule()->add_invalidate_tags("view:front");
  request.mutable_rule()->add_invalidate_tags("view:search");
  grpc::ClientContext context;
  v1::RegisterRuleResponse response;
  Check(stub->RegisterRule(&context, request, &response).ok(), "the rule is accepted");
}

void CallInvalidateByWrite(const std::string& address, int64_t calls) {
  const auto stub = v1::WriteEventService::NewStub(Connect(address));
  Calls all{*stub, calls};
  std::vector<std::unique_ptr<Caller>> callers;
  for (int i = 0; i < kCallsInFlight; ++i) callers.push_back(std::make_unique<Caller>(all));
  for (const auto& caller : callers) caller->CallNext();
  all.callers.wait();
}

void StreamWrites(const std::string& address, int64_t messages) {
  const auto stub = v1::WriteEventService::NewStub(Connect(address));
  grpc::ClientContext context;
  const auto stream = stub->StreamWrites(&context);
  v1::StreamWritesRequest request;
  for (int group = 0; group < kGroupsPerMessage; ++group) {
    Fill(*request.add_groups()->add_writes(), group);
  }
  v1::StreamWritesResponse response;
  int64_t answered = 0;
  const auto read_one = [&] {
    Check(stream->Read(&response), "writes are answered");
    answered += response.acknowledgements_size();
  };
  for (int64_t message = 0; message < messages; ++message) {
    Check(stream->Write(request), "writes are taken");
    if (message >= kMessagesUnderWay) read_one();
  }
  stream->WritesDone();
  while (answered < messages * kGroupsPerMessage) read_one();
  Check(!stream->Read(&response), "there is one answer for each write");
  Check(stream->Finish().ok(), "the stream ends well");
}

Subscribers::Subscribers(const std::string& address, int count, int filters) {
  for (int i = 0; i < count; ++i) {
    v1::SubscribeRequest request;
    request.mutable_subscription()->set_name("benchmark");
    request.set_sequence(1);
    if (filters > 0) {
      request.mutable_subscription()->add_tags("item");
      request.mutable_subscription()->add_tags(absl::StrCat("other:", i % filters));
    }
    auto subscriber = std::make_unique<Subscriber>();
    subscriber->stub = v1::SubscriptionService::NewStub(Connect(address));
    subscriber->stream = subscriber->stub->Subscribe(&subscriber->context);
    Check(subscriber->stream->Write(request), "subscriptions are taken");
    Check(subscriber->stream->Read(&subscriber->response), "subscriptions go on");
    Check(subscriber->response.has_started(), "subscriptions start");
    subscribers_.push_back(std::move(subscriber));
  }
}

Subscribers::~Subscribers() {
  for (const auto& subscriber : subscribers_) {
    subscriber->context.TryCancel();
    subscriber->stream->Finish();
  }
}

int64_t Subscribers::Read(int subscriber) {
  Subscriber& reader = *subscribers_[subscriber];
  do {
    Check(reader.stream->Read(&reader.response), "subscriptions go on");
    Check(!reader.response.has_reset(), "nobody falls behind what is retained");
  } while (reader.response.events().empty());
  ++reader.messages;
  return reader.response.events_size();
}

void AwaitEvents(Audience& audience, int64_t events) {
  std::vector<std::thread> readers;
  for (int subscriber = 0; subscriber < audience.size(); ++subscriber) {
    readers.emplace_back([&audience, events, subscriber] {
      for (int64_t received = 0; received < events;) received += audience.Read(subscriber);
    });
  }
  for (std::thread& reader : readers) reader.join();
}

}  // namespace cache_invalidation
