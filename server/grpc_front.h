// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_GRPC_FRONT_H_
#define CACHE_INVALIDATION_SERVER_GRPC_FRONT_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/clock.h"
#include "grpcpp/channel.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"
#include "server/access/access.h"
#include "server/core/server_core.h"
#include "server/journal/journal.h"
#include "server/metrics/metrics.h"
#include "server/process/connection_acceptor.h"
#include "server/rpc/allowed_namespaces.h"
#include "server/rpc/call_limits.h"
#include "server/rpc/services.h"
#include "server/rpc/subscription_service.h"
#include "server/rpc/write_stream.h"

namespace cache_invalidation {

struct GrpcFrontOptions {
  // Where to listen; empty: only InProcessChannel.
  std::string address;
  // How connections are encrypted; null: they are not.
  std::shared_ptr<grpc::ServerCredentials> credentials;
  size_t max_request_bytes = 0;
  size_t max_subscriptions = 0;
  // The namespaces that calls may name; empty: all.
  std::vector<std::string> namespaces;
  // Describe the services to callers that ask.
  bool reflection = true;
  // Of the server.
  std::string version;
};

// The gRPC side of a server: the services over its core, their connections, and how they end.
//
// Shutdown and destruction are for one thread; the rest is thread-safe.
class GrpcFront {
 public:
  // Listens, but accepts no connection yet. UNAVAILABLE: the address is taken. The references must
  // outlive it.
  static absl::StatusOr<std::unique_ptr<GrpcFront>> Start(const GrpcFrontOptions& options,
                                                          ServerCore& core, const Clock& clock,
                                                          metrics::RpcMetrics& metrics,
                                                          const rpc::Admission& admission,
                                                          access::Access& access,
                                                          journal::Journal& journal);

  // Accepts connections from now on.
  void Accept();

  void SetServing(bool serving) { health_->SetServing(serving); }

  // Ends the streams of writes: nothing more is taken from them.
  void DrainWriteStreams() { write_streams_.Drain(); }
  // Ends the streams of writes whose callers may not write any more.
  void RecheckWriteStreams() { write_streams_.Recheck(); }

  // Ends every call; those that still come are refused with UNAVAILABLE. Waits for the last results
  // until `by` of the machine's clock, then cuts off. REQUIRES: the core has stopped.
  void Shutdown(absl::Duration by);

  int port() const { return acceptor_ == nullptr ? 0 : acceptor_->port(); }
  // Null without an address.
  const process::ConnectionAcceptor* acceptor() const { return acceptor_.get(); }
  std::shared_ptr<grpc::Channel> InProcessChannel() { return grpc_->InProcessChannel({}); }

 private:
  GrpcFront(const GrpcFrontOptions& options, ServerCore& core, const Clock& clock,
            metrics::RpcMetrics& metrics, const rpc::Admission& admission, access::Access& access,
            journal::Journal& journal);

  absl::Status Serve(const GrpcFrontOptions& options);
  void RefuseLateCalls(absl::Duration by);
  void AwaitNone(const std::function<size_t()>& open, absl::Duration until);
  void EndConnections();

  // Everything that a reaction of gRPC can touch stands before grpc_.
  const shard::ShardSet& shards_;
  RealClock real_clock_;
  const rpc::AllowedNamespaces namespaces_;
  rpc::WriteStreamSet write_streams_;
  rpc::OpenCalls open_calls_;
  std::vector<std::unique_ptr<grpc::Service>> services_;
  rpc::SubscriptionService* subscriptions_ = nullptr;  // of services_
  std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor> connections_;
  std::unique_ptr<grpc::Server> grpc_;
  std::unique_ptr<process::ConnectionAcceptor> acceptor_;
  std::unique_ptr<rpc::Health> health_;
};

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_SERVER_GRPC_FRONT_H_
