// SPDX-License-Identifier: Apache-2.0

// A gRPC server with messages of its own, whose answers are cached. Calls it twice, and prints the
// answers.
//
//   own_server HOST:PORT

#include <grpcpp/grpcpp.h>

#include <iostream>
#include <memory>
#include <string>

#include "cache_invalidation/client/client.h"
#include "cache_invalidation/client/tagged_cache.h"
#include "greeter.grpc.pb.h"

using namespace cache_invalidation::client;

class GreeterService final : public greeter::Greeter::Service {
 public:
  explicit GreeterService(const Client& client) : texts_(client, {.name = "greeter"}) {}

  bool AwaitLive() const { return texts_.AwaitLive(absl::Seconds(30)); }

  grpc::Status Greet(grpc::ServerContext*, const greeter::GreetRequest* request,
                     greeter::GreetResponse* response) override {
    const auto text = texts_.GetOrLoad(request->user(), [&](Load& load) {
      load.AddTag("user:" + request->user());
      return "hello " + request->user() + ", number " + std::to_string(++loads_);
    });
    response->set_text(**text);
    return grpc::Status::OK;
  }

 private:
  const TaggedCache<std::string> texts_;
  int loads_ = 0;
};

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  GreeterService service{Client(MakeConnection(argv[1]))};
  if (!service.AwaitLive()) return 3;
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&service);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  const auto stub = greeter::Greeter::NewStub(
      grpc::CreateChannel("127.0.0.1:" + std::to_string(port), grpc::InsecureChannelCredentials()));
  for (int i = 0; i < 2; ++i) {
    grpc::ClientContext context;
    greeter::GreetRequest request;
    request.set_user("Ada");
    greeter::GreetResponse response;
    if (!stub->Greet(&context, request, &response).ok()) return 4;
    std::cout << response.text() << "\n";
  }
}
