// SPDX-License-Identifier: Apache-2.0

#include "tests/benchmark/load.h"

#include "absl/strings/str_cat.h"
#include "common/check.h"
#include "grpcpp/channel.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "protos/cache_invalidation/v1/write_event_service.grpc.pb.h"

namespace cache_invalidation {
namespace {

constexpr int kCallers = 8;
constexpr int kMessagesUnderWay = 4;
// Ids come back, so that a long run measures writes and not a growing state.
constexpr int64_t kIds = 1'000;

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

}  // namespace

void CallInvalidateByWrite(const std::string& address, int64_t calls) {
  const auto stub = v1::WriteEventService::NewStub(Connect(address));
  std::vector<std::thread> callers;
  for (int caller = 0; caller < kCallers; ++caller) {
    callers.emplace_back([&stub, calls, caller] {
      v1::InvalidateByWriteRequest request;
      v1::InvalidateByWriteResponse response;
      for (int64_t call = caller; call < calls; call += kCallers) {
        grpc::ClientContext context;
        Fill(*request.mutable_write(), call);
        Check(stub->InvalidateByWrite(&context, request, &response).ok(), "calls succeed");
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
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

Subscribers::Subscribers(const std::string& address, int count) {
  v1::SubscribeRequest request;
  request.mutable_subscription()->set_name("benchmark");
  request.set_sequence(1);
  for (int i = 0; i < count; ++i) {
    auto subscriber = std::make_unique<Subscriber>();
    subscriber->stub = v1::SubscriptionService::NewStub(Connect(address));
    subscriber->stream = subscriber->stub->Subscribe(&subscriber->context);
    Check(subscriber->stream->Write(request), "subscriptions are taken");
    v1::SubscribeResponse response;
    Check(subscriber->stream->Read(&response), "subscriptions go on");
    Check(response.has_started(), "subscriptions start");
    subscribers_.push_back(std::move(subscriber));
  }
}

void Subscribers::Await(uint64_t events) {
  std::vector<std::thread> readers;
  for (const auto& subscriber : subscribers_) {
    readers.emplace_back([&subscriber, events] {
      v1::SubscribeResponse response;
      for (uint64_t received = 0; received < events; received += response.events_size()) {
        Check(subscriber->stream->Read(&response), "subscriptions go on");
        Check(!response.has_reset(), "nobody falls behind what is retained");
      }
      subscriber->context.TryCancel();
      subscriber->stream->Finish();
    });
  }
  for (std::thread& reader : readers) reader.join();
}

}  // namespace cache_invalidation
