#include "server/rpc/health.h"

#include "absl/strings/str_cat.h"
#include "common/check.h"
#include "grpc/health/v1/health.pb.h"
#include "grpcpp/health_check_service_interface.h"
#include "grpcpp/server.h"

namespace cache_invalidation::rpc {
namespace {

constexpr const char* kServices[] = {
    "CacheEntryService", "DependencyService",   "InvalidationService",
    "NamespaceService",  "RelationshipService", "RuleService",
    "StatsService",      "SubscriptionService", "WriteEventService"};

}  // namespace

void Health::Enable() {
  // gRPC serves health without its descriptor. Referring to one of its messages links it in.
  Check(grpc::health::v1::HealthCheckRequest::descriptor() != nullptr, "health can be described");
  grpc::EnableDefaultHealthCheckService(true);
}

Health::Health(grpc::Server& server) : health_(*server.GetHealthCheckService()) {
  SetServing(false);
}

void Health::SetServing(bool serving) {
  for (const char* service : kServices) {
    health_.SetServingStatus(absl::StrCat("cache_invalidation.v1.", service), serving);
  }
  health_.SetServingStatus("", serving);
}

}  // namespace cache_invalidation::rpc
