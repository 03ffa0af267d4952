// SPDX-License-Identifier: Apache-2.0

// The user agent of a connection.

#include <memory>
#include <string>

#include "client/client.h"
#include "client/internal/testing/scripted_service.h"
#include "client/version.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"
#include "gtest/gtest.h"

namespace cache_invalidation::client {
namespace {

TEST(UserAgentTest, NamesTheSdkAndItsVersion) {
  internal::ScriptedService service;
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&service);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();

  const Client client(MakeConnection("127.0.0.1:" + std::to_string(port)));
  EXPECT_TRUE(client.FlushPendingInvalidations().ok());
  ASSERT_EQ(service.user_agents.size(), 1u);
  EXPECT_EQ(service.user_agents[0].find("cache_invalidation_client/" +
                                        std::string(ClientVersion()) + " grpc-c++/"),
            0u)
      << service.user_agents[0];
}

TEST(ClientVersionTest, IsThatOfTheHeaders) {
  EXPECT_EQ(ClientVersion(), CACHE_INVALIDATION_VERSION_STRING);
}

}  // namespace
}  // namespace cache_invalidation::client
