// SPDX-License-Identifier: Apache-2.0

#include "client/internal/testing/in_process_server.h"

#include "grpc/support/time.h"
#include "grpcpp/server_builder.h"
#include "grpcpp/support/channel_arguments.h"

namespace cache_invalidation::client::internal {

InProcessServer::InProcessServer(grpc::Service* service) {
  grpc::ServerBuilder builder;
  builder.RegisterService(service);
  server_ = builder.BuildAndStart();
}

// A deadline in the past cancels the calls that still run.
InProcessServer::~InProcessServer() { server_->Shutdown(gpr_inf_past(GPR_CLOCK_MONOTONIC)); }

std::shared_ptr<grpc::Channel> InProcessServer::channel() {
  return server_->InProcessChannel(grpc::ChannelArguments());
}

}  // namespace cache_invalidation::client::internal
