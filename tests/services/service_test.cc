#include "tests/services/service_test.h"

#include <utility>

#include "common/check.h"

namespace cache_invalidation {

ServiceTest::ServiceTest(ServerOptions options) {
  absl::StatusOr<std::unique_ptr<Server>> server = Server::Start(std::move(options));
  Check(server.ok(), "a server without ports can be started");
  server_ = *std::move(server);
  channel_ = server_->InProcessChannel();
}

ServerOptions ServiceTest::Options() {
  ServerOptions options;
  options.grpc_address = "";
  options.http_address = "";
  return options;
}

}  // namespace cache_invalidation
