// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_SUPPORT_LOCAL_SERVER_H_
#define CACHE_INVALIDATION_TESTS_SUPPORT_LOCAL_SERVER_H_

#include <memory>
#include <string>

#include "grpcpp/channel.h"
#include "server/server.h"

namespace cache_invalidation {

// The server in the process of the test.

// No default rules, no HTTP, no network: only this process reaches it.
ServerOptions WithoutNetwork();
// No default rules, no HTTP; gRPC on this port of the loopback interface, or on a free one.
ServerOptions OnLoopback(int port = 0);

// Aborts, with the reason, if the server does not start.
std::unique_ptr<Server> StartServer(ServerOptions options);

// "127.0.0.1:port". REQUIRES: it has a port.
std::string EndpointOf(const Server& server);

// A channel to it: over its port, or within the process if it has none.
std::shared_ptr<grpc::Channel> ChannelTo(Server& server);

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_SUPPORT_LOCAL_SERVER_H_
