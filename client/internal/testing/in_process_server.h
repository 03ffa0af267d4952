// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_TESTING_IN_PROCESS_SERVER_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_TESTING_IN_PROCESS_SERVER_H_

#include <memory>

#include "grpcpp/channel.h"
#include "grpcpp/impl/codegen/service_type.h"
#include "grpcpp/server.h"

namespace cache_invalidation::client::internal {

// For tests: runs a service in this process. Not thread-safe.
class InProcessServer {
 public:
  // `service` must outlive the server.
  explicit InProcessServer(grpc::Service* service);

  // Ends all calls.
  ~InProcessServer();

  // Returns a channel to it.
  std::shared_ptr<grpc::Channel> channel();

 private:
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_TESTING_IN_PROCESS_SERVER_H_
