// The API: each service of the contract on the server's parts. Requests and responses are bytes to
// gRPC; the conversions are in server/rpc/conversion.

#ifndef CACHE_INVALIDATION_SERVER_RPC_SERVICES_H_
#define CACHE_INVALIDATION_SERVER_RPC_SERVICES_H_

#include <memory>

#include "common/clock.h"
#include "server/delivery/hub.h"
#include "server/delivery/waiting_calls.h"
#include "server/metrics/rpc_metrics.h"
#include "server/rpc/admission.h"
#include "server/rpc/open_calls.h"
#include "server/shard/shard_set.h"

namespace grpc {
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
  OpenCalls& open_calls;
};

// The services of cache_invalidation.v1, each under its name there, except SubscriptionService
// (subscription_service.h). Thread-safe.
std::unique_ptr<grpc::Service> MakeCacheEntryService(const Backend& backend);
std::unique_ptr<grpc::Service> MakeDependencyService(const Backend& backend);
std::unique_ptr<grpc::Service> MakeInvalidationService(const Backend& backend);
std::unique_ptr<grpc::Service> MakeNamespaceService(const Backend& backend);
std::unique_ptr<grpc::Service> MakeRelationshipService(const Backend& backend);
std::unique_ptr<grpc::Service> MakeRuleService(const Backend& backend);
std::unique_ptr<grpc::Service> MakeStatsService(const Backend& backend);
// `streams` must outlive the service.
std::unique_ptr<grpc::Service> MakeWriteEventService(const Backend& backend,
                                                     WriteStreamSet& streams);

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_SERVICES_H_
