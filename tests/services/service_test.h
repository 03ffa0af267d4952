// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_SERVICES_SERVICE_TEST_H_
#define CACHE_INVALIDATION_TESTS_SERVICES_SERVICE_TEST_H_

#include <memory>
#include <string>
#include <utility>

#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include "gtest/gtest.h"
#include "server/server.h"
#include "tests/fakes/fake_clock.h"
#include "tests/support/local_server.h"
#include "tests/support/text.h"

namespace cache_invalidation {

using testing::FromText;

// Calls of a real stub with requests as text:
//
//   const auto answer = Ok(*rules, &v1::RuleService::Stub::GetRule, R"(name: "r")");

// Returns the response; fails the test if the call fails.
template <typename Stub, typename Request, typename Response>
Response Ok(Stub& stub,
            grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
            const std::string& request) {
  grpc::ClientContext context;
  Response response;
  const grpc::Status status = (stub.*method)(&context, FromText<Request>(request), &response);
  EXPECT_TRUE(status.ok()) << status.error_code() << ": " << status.error_message() << "\n"
                           << request;
  return response;
}

// Returns the status of the call.
template <typename Stub, typename Request, typename Response>
grpc::Status Error(Stub& stub,
                   grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                   const std::string& request) {
  grpc::ClientContext context;
  Response response;
  return (stub.*method)(&context, FromText<Request>(request), &response);
}

// The first base of a test whose server uses a clock until it is gone.
struct WithClock {
  FakeClock clock;
};

// A server in this process, and a channel to it.
class ServiceTest : public ::testing::Test {
 protected:
  // OnLoopback is for tests that fill the buffers between a client and the server.
  explicit ServiceTest(ServerOptions options = WithoutNetwork())
      : server_(StartServer(std::move(options))), channel_(ChannelTo(*server_)) {}

  Server& server() { return *server_; }

  // Returns a stub of a service, for example NewStub<v1::RuleService>().
  template <typename Service>
  std::unique_ptr<typename Service::Stub> NewStub() {
    return Service::NewStub(channel_);
  }

  std::shared_ptr<grpc::Channel> channel() { return channel_; }

 private:
  const std::unique_ptr<Server> server_;
  const std::shared_ptr<grpc::Channel> channel_;
};

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_SERVICES_SERVICE_TEST_H_
