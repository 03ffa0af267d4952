// SPDX-License-Identifier: Apache-2.0

// What streams send besides their messages, over real gRPC.

#include <future>
#include <memory>
#include <string>
#include <utility>

#include "client/client.h"
#include "client/grpc_channel.h"
#include "client/internal/testing/in_process_server.h"
#include "grpcpp/server_context.h"
#include "gtest/gtest.h"
#include "protos/cache_invalidation/v1/subscription_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/write_event_service.grpc.pb.h"

namespace cache_invalidation::client {
namespace {

const ClientOptions kOptions = {
    .metadata = {{"x-tenant", "acme"}}, .token = "secret", .allow_token_without_tls = true};

std::string Sent(const grpc::ServerContext& context) {
  std::string sent;
  for (const char* name : {"x-tenant", "authorization"}) {
    const auto found = context.client_metadata().find(name);
    if (found == context.client_metadata().end()) continue;
    sent += std::string(found->second.data(), found->second.size()) + "|";
  }
  return sent;
}

grpc::Status Over() { return grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "over"); }

class Subscriptions final : public v1::SubscriptionService::Service {
 public:
  grpc::Status Subscribe(
      grpc::ServerContext* context,
      grpc::ServerReaderWriter<v1::SubscribeResponse, v1::SubscribeRequest>*) override {
    sent.set_value(Sent(*context));
    return Over();
  }

  std::promise<std::string> sent;
};

class Writes final : public v1::WriteEventService::Service {
 public:
  grpc::Status StreamWrites(
      grpc::ServerContext* context,
      grpc::ServerReaderWriter<v1::StreamWritesResponse, v1::StreamWritesRequest>*) override {
    // The second stream sends the write alone, to find out whether it is what was refused.
    if (!std::exchange(was_called_, true)) sent.set_value(Sent(*context));
    return Over();
  }

  std::promise<std::string> sent;

 private:
  bool was_called_ = false;  // streams come one after the other
};

TEST(StreamMetadataTest, OfSubscriptions) {
  Subscriptions service;
  internal::InProcessServer server(&service);
  const auto subscription =
      Client(MakeConnection(server.channel(), kOptions)).Subscribe({.name = "test"}, {});
  EXPECT_EQ(service.sent.get_future().get(), "acme|Bearer secret|");
}

TEST(StreamMetadataTest, OfWriteStreams) {
  Writes service;
  internal::InProcessServer server(&service);
  const auto stream = Client(MakeConnection(server.channel(), kOptions)).OpenWriteStream();
  stream->Write({{.resource_type = "user"}}, nullptr);
  EXPECT_EQ(service.sent.get_future().get(), "acme|Bearer secret|");
}

}  // namespace
}  // namespace cache_invalidation::client
