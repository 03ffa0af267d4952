#include "client/internal/in_process_server.h"

#include <chrono>

#include "grpcpp/server_builder.h"
#include "grpcpp/support/channel_arguments.h"

namespace cache_invalidation::client::internal {

InProcessServer::InProcessServer(grpc::Service* service) {
  grpc::ServerBuilder builder;
  builder.RegisterService(service);
  server_ = builder.BuildAndStart();
}

// A deadline that has passed cancels what is still running.
InProcessServer::~InProcessServer() { server_->Shutdown(std::chrono::system_clock::time_point()); }

std::shared_ptr<grpc::Channel> InProcessServer::channel() {
  return server_->InProcessChannel(grpc::ChannelArguments());
}

}  // namespace cache_invalidation::client::internal
