// SPDX-License-Identifier: Apache-2.0

#include "client/testing/fake_server.h"

#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "client/testing/flaky_proxy.h"
#include "client/testing/refusing_server.h"
#include "common/check.h"
#include "server/default_rules.h"
#include "server/rpc/conversion/rule_conversion.h"
#include "server/server.h"

namespace cache_invalidation::client {
namespace {

// Connections to this port are refused at once.
constexpr int kNobodysPort = 1;

std::unique_ptr<Server> StartServer(const FakeServerOptions& options) {
  ServerOptions server_options;
  server_options.http_address = "";
  server_options.heartbeat = options.heartbeat;
  server_options.clock = options.clock;
  // Tests must not wait for it.
  server_options.longest_earlier_lease = absl::ZeroDuration();
  if (options.default_rules) {
    auto rules = rpc::ParseRuleFile(DefaultRulesJson());
    Check(rules.ok(), "the default rules can be read");
    server_options.default_rules = *std::move(rules);
  }
  absl::StatusOr<std::unique_ptr<Server>> server = Server::Start(std::move(server_options));
  Check(server.ok(), "a server in memory can be started");
  return *std::move(server);
}

}  // namespace

FakeServer::FakeServer(FakeServerOptions options)
    : options_(options), network_(std::make_unique<FlakyProxy>(kNobodysPort)) {
  Start();
}

// Cuts the network first: to clients the server then appears killed.
FakeServer::~FakeServer() { Forward(kNobodysPort); }

std::string FakeServer::endpoint() const { return network_->endpoint(); }

std::shared_ptr<Connection> FakeServer::Connect(ClientOptions options) const {
  return MakeConnection(endpoint(), std::move(options));
}

void FakeServer::Stop() {
  MutexLock lock(mutex_);
  if (refusing_ == nullptr) Forward(kNobodysPort);
  server_.reset();
}

void FakeServer::Start() {
  MutexLock lock(mutex_);
  if (server_ != nullptr) return;
  server_ = StartServer(options_);
  if (refusing_ == nullptr) Forward(server_->grpc_port());
}

void FakeServer::Refuse(const absl::Status& status) {
  MutexLock lock(mutex_);
  auto refusing = std::make_unique<RefusingServer>(status);
  Forward(refusing->port());
  refusing_ = std::move(refusing);
}

void FakeServer::Accept() {
  MutexLock lock(mutex_);
  Forward(server_ == nullptr ? kNobodysPort : server_->grpc_port());
  refusing_.reset();
}

void FakeServer::Forward(int port) const {
  network_->SetTarget(port);
  network_->DropConnections();
}

void FakeServer::Freeze() { network_->Freeze(true); }
void FakeServer::Thaw() { network_->Freeze(false); }
void FakeServer::DropConnections() { network_->DropConnections(); }

}  // namespace cache_invalidation::client
