// SPDX-License-Identifier: Apache-2.0

#include "tests/support/local_server.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/check.h"
#include "grpcpp/create_channel.h"

namespace cache_invalidation {

ServerOptions WithoutNetwork() {
  ServerOptions options;
  options.grpc_address = "";
  options.http_address = "";
  return options;
}

ServerOptions OnLoopback(int port) {
  ServerOptions options = WithoutNetwork();
  options.grpc_address = absl::StrCat("127.0.0.1:", port);
  return options;
}

std::unique_ptr<Server> StartServer(ServerOptions options) {
  absl::StatusOr<std::unique_ptr<Server>> server = Server::Start(std::move(options));
  Check(server.ok(), absl::StrCat("the server starts: ", server.status().ToString()).c_str());
  return *std::move(server);
}

std::string EndpointOf(const Server& server) {
  return absl::StrCat("127.0.0.1:", server.grpc_port());
}

std::shared_ptr<grpc::Channel> ChannelTo(Server& server) {
  if (server.grpc_port() == 0) return server.InProcessChannel();
  return grpc::CreateChannel(EndpointOf(server), grpc::InsecureChannelCredentials());
}

}  // namespace cache_invalidation
