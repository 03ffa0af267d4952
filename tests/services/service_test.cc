#include "tests/services/service_test.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/check.h"
#include "grpcpp/create_channel.h"

namespace cache_invalidation {

ServiceTest::ServiceTest(ServerOptions options) {
  absl::StatusOr<std::unique_ptr<Server>> server = Server::Start(std::move(options));
  Check(server.ok(), "a server without ports can be started");
  server_ = *std::move(server);
  channel_ = server_->grpc_port() == 0
                 ? server_->InProcessChannel()
                 : grpc::CreateChannel(absl::StrCat("127.0.0.1:", server_->grpc_port()),
                                       grpc::InsecureChannelCredentials());
}

ServerOptions ServiceTest::Options() {
  ServerOptions options;
  options.grpc_address = "";
  options.http_address = "";
  return options;
}

ServerOptions ServiceTest::TcpOptions() {
  ServerOptions options = Options();
  options.grpc_address = "127.0.0.1:0";
  return options;
}

}  // namespace cache_invalidation
