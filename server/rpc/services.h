// SPDX-License-Identifier: Apache-2.0

// The API: each service of the contract on the server's parts. Requests and responses are bytes to
// gRPC; the conversions are in server/rpc/conversion.

#ifndef CACHE_INVALIDATION_SERVER_RPC_SERVICES_H_
#define CACHE_INVALIDATION_SERVER_RPC_SERVICES_H_

#include <memory>
#include <vector>

#include "common/clock.h"
#include "server/access/access.h"
#include "server/delivery/hub.h"
#include "server/delivery/waiting_calls.h"
#include "server/journal/journal.h"
#include "server/metrics/rpc_metrics.h"
#include "server/rpc/allowed_namespaces.h"
#include "server/rpc/call_limits.h"
#include "server/shard/shard_set.h"

namespace grpc {
class HealthCheckServiceInterface;
class Server;
class Service;
}  // namespace grpc

namespace cache_invalidation::rpc {

class WriteStreamSet;

// What the services use. Everything outlives the grpc::Server that the services are registered
// with.
struct Backend {
  shard::ShardSet& shards;
  const delivery::Hub& hub;
  delivery::WaitingCalls& waiting;
  const Clock& clock;
  metrics::RpcMetrics& metrics;
  const Admission& admission;
  const AllowedNamespaces& namespaces;
  OpenCalls& open_calls;
  access::Access& access;
  journal::Journal& journal;
};

// The services of cache_invalidation.v1, each under its name there, except SubscriptionService
// (subscription_service.h) and BackupService (backup_service.h). Thread-safe.
// `streams` must outlive them.
std::vector<std::unique_ptr<grpc::Service>> MakeServices(const Backend& backend,
                                                         WriteStreamSet& streams);

// grpc.health.v1.Health as gRPC itself implements it, for the whole server (the empty name) and
// each service. Supported by reflection. Thread-safe.
class Health {
 public:
  // Enables the service. Call it before the grpc::Server is built.
  static void Enable();

  // `server` must outlive the object. NOT_SERVING until SetServing(true).
  explicit Health(grpc::Server& server);

  void SetServing(bool serving);

 private:
  grpc::HealthCheckServiceInterface& health_;
};

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_SERVICES_H_
