// SPDX-License-Identifier: Apache-2.0

#include "client/testing/refusing_server.h"

#include <string>
#include <utility>

#include "common/check.h"
#include "grpc/support/time.h"
#include "grpcpp/generic/async_generic_service.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"
#include "grpcpp/support/status.h"

namespace cache_invalidation::client {
namespace {

class Refusal final : public grpc::ServerGenericBidiReactor {
 public:
  explicit Refusal(const grpc::Status& status) { Finish(status); }
  void OnDone() override { delete this; }
};

class RefusingService final : public grpc::CallbackGenericService {
 public:
  explicit RefusingService(grpc::Status status) : status_(std::move(status)) {}

  grpc::ServerGenericBidiReactor* CreateReactor(grpc::GenericCallbackServerContext*) override {
    return new Refusal(status_);
  }

 private:
  const grpc::Status status_;
};

}  // namespace

struct RefusingServer::Parts {
  explicit Parts(const absl::Status& status)
      : service(grpc::Status(static_cast<grpc::StatusCode>(status.code()),
                             std::string(status.message()))) {}

  RefusingService service;
  std::unique_ptr<grpc::Server> server;
};

RefusingServer::RefusingServer(const absl::Status& status)
    : parts_(std::make_unique<Parts>(status)) {
  Check(!status.ok(), "a refusal is an error");
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
  builder.RegisterCallbackGenericService(&parts_->service);
  parts_->server = builder.BuildAndStart();
  Check(parts_->server != nullptr, "a free port can be listened on");
}

// With a deadline in the past, Shutdown waits for no call.
RefusingServer::~RefusingServer() { parts_->server->Shutdown(gpr_inf_past(GPR_CLOCK_MONOTONIC)); }

}  // namespace cache_invalidation::client
