// SPDX-License-Identifier: Apache-2.0

#include "tests/benchmark/measured_server.h"

#include <iostream>
#include <memory>
#include <string>

#include "common/check.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/slice.h"
#include "protos/cache_invalidation/v1/write_event_service.grpc.pb.h"
#include "tests/support/local_server.h"

namespace cache_invalidation {
namespace {

class EmptyCalls final : public v1::WriteEventService::WithRawCallbackMethod_InvalidateByWrite<
                             v1::WriteEventService::Service> {
 public:
  EmptyCalls() {
    v1::InvalidateByWriteResponse response;
    response.mutable_result()->mutable_position()->set_epoch("0123456789abcdef");
    response.mutable_result()->mutable_position()->set_revision(1'000);
    response.mutable_result()->set_invalidations(2);
    const grpc::Slice bytes(response.SerializeAsString());
    answer_ = grpc::ByteBuffer(&bytes, 1);
  }

  grpc::ServerUnaryReactor* InvalidateByWrite(grpc::CallbackServerContext* context,
                                              const grpc::ByteBuffer* request,
                                              grpc::ByteBuffer* response) override {
    *response = answer_;
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }

 private:
  grpc::ByteBuffer answer_;
};

void ServeUntilInputEnds(int port) {
  std::cout << port << std::endl;
  std::string line;
  while (std::getline(std::cin, line)) {
  }
}

}  // namespace

void ServeTheService() {
  const std::unique_ptr<Server> server = StartServer(OnLoopback());
  ServeUntilInputEnds(server->grpc_port());
}

void ServeEmptyCalls() {
  EmptyCalls service;
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&service);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  Check(server != nullptr, "the empty service starts");
  ServeUntilInputEnds(port);
  server->Shutdown();
}

}  // namespace cache_invalidation
