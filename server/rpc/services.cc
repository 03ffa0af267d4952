// SPDX-License-Identifier: Apache-2.0

#include "server/rpc/services.h"

#include <deque>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/check.h"
#include "google/protobuf/arena.h"
#include "grpc/health/v1/health.pb.h"
#include "grpcpp/health_check_service_interface.h"
#include "grpcpp/server.h"
#include "protos/cache_invalidation/v1/cache_entry_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/declaration_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/dependency_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/invalidation_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/namespace_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/relationship_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/rule_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/stats_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/write_event_service.grpc.pb.h"
#include "server/rpc/call_access.h"
#include "server/rpc/conversion/cache_entry_conversion.h"
#include "server/rpc/conversion/declaration_conversion.h"
#include "server/rpc/conversion/namespace_conversion.h"
#include "server/rpc/conversion/rule_conversion.h"
#include "server/rpc/conversion/write_conversion.h"
#include "server/rpc/unary_call.h"
#include "server/rpc/unary_service.h"
#include "server/rpc/write_stream.h"

namespace cache_invalidation::rpc {
namespace {

using Context = grpc::CallbackServerContext;
using Bytes = grpc::ByteBuffer;

// A service whose unary methods are commands and queries of a namespace.
template <typename Contract, typename Base = typename Contract::Service>
class ShardService : public UnaryService<Contract, Base> {
 public:
  explicit ShardService(const Backend& backend) : backend_(backend) {}

  // Each call is converted by `convert`, its result by `fill`. See StartUnaryCall.
  template <typename Convert, typename Fill>
  void Add(const char* name, Convert convert, Fill fill) {
    UnaryMethod& method = methods_.emplace_back(backend_, Contract::service_full_name(), name);
    this->AddMethod(
        name, [&method, convert, fill](Context* context, const Bytes* request, Bytes* response) {
          return StartUnaryCall(method, context, request, response, convert, fill);
        });
  }

 protected:
  const Backend& backend() const { return backend_; }

 private:
  const Backend backend_;
  std::deque<UnaryMethod> methods_;  // a deque does not move its elements
};

class NamespaceService final : public ShardService<v1::NamespaceService> {
 public:
  explicit NamespaceService(const Backend& backend)
      : ShardService(backend),
        list_(
            {backend.access, backend.admission, backend.open_calls, backend.clock, backend.metrics},
            v1::NamespaceService::service_full_name(), "ListNamespaces") {
    AddMethod("ListNamespaces", [this](Context* context, const Bytes* request, Bytes* response) {
      return list_.Start<v1::ListNamespacesRequest, v1::ListNamespacesResponse>(
          context, *request, response,
          [this](const auto& asked, CallAccess& access, google::protobuf::Arena& arena,
                 auto* page) { return List(asked, access, arena, page); });
    });
    Add("DeleteNamespace", ToDeleteNamespace, FromDeleteNamespace);
  }

 private:
  absl::Status List(const v1::ListNamespacesRequest& request, const CallAccess& access,
                    google::protobuf::Arena& arena, v1::ListNamespacesResponse* response) {
    return rpc::ListNamespaces(
        request,
        [this, &access](absl::string_view name, size_t limit) {
          return ReadableAfter(access, std::string(name), limit);
        },
        arena, response);
  }

  // The first names after `name` of which the caller is a reader: of others it learns nothing, not
  // even how many there are.
  std::vector<std::string> ReadableAfter(const CallAccess& access, std::string name,
                                         size_t limit) const {
    std::vector<std::string> readable;
    bool more = true;
    while (more && readable.size() < limit) {
      std::vector<std::string> names = backend().shards.NamesAfter(name, limit);
      more = names.size() == limit;
      if (more) name = names.back();
      for (std::string& next : names) {
        if (readable.size() < limit && access.MayRead(next)) readable.push_back(std::move(next));
      }
    }
    return readable;
  }

  ImmediateMethod list_;
};

using StreamWritesMethod =
    v1::WriteEventService::WithRawCallbackMethod_StreamWrites<v1::WriteEventService::Service>;

class WriteEventService final : public ShardService<v1::WriteEventService, StreamWritesMethod> {
 public:
  WriteEventService(const Backend& backend, WriteStreamSet& streams)
      : ShardService(backend), streams_(streams) {
    Add("InvalidateByWrite", ToInvalidateByWrite, FromInvalidateByWrite);
    Add("InvalidateByWrites", ToInvalidateByWrites, FromInvalidateByWrites);
    Add("ExplainWrite", ToExplainWrite, FromExplainWrite);
  }

  WriteStream::Reactor* StreamWrites(Context* context) override {
    return WriteStream::Start(backend(), stream_writes_, *context, streams_);
  }

 private:
  WriteStreamSet& streams_;
  metrics::MethodMetrics stream_writes_{backend().metrics,
                                        v1::WriteEventService::service_full_name(), "StreamWrites",
                                        metrics::RpcType::kBidiStream};
};

constexpr const char* kServices[] = {
    "BackupService",       "CacheEntryService",   "DeclarationService",  "DependencyService",
    "InvalidationService", "NamespaceService",    "RelationshipService", "RuleService",
    "StatsService",        "SubscriptionService", "WriteEventService"};

}  // namespace

std::vector<std::unique_ptr<grpc::Service>> MakeServices(const Backend& backend,
                                                         WriteStreamSet& streams) {
  std::vector<std::unique_ptr<grpc::Service>> services;

  auto rules = std::make_unique<ShardService<v1::RuleService>>(backend);
  rules->Add("RegisterRule", ToRegisterRule, FromRegisterRule);
  rules->Add("GetRule", ToGetRule, FromGetRule);
  rules->Add("ListRules", ToListRules, FromListRules);
  rules->Add("DeleteRule", ToDeleteRule, FromDeleteRule);
  services.push_back(std::move(rules));

  auto relationships = std::make_unique<ShardService<v1::RelationshipService>>(backend);
  relationships->Add("RegisterRelationship", ToRegisterRelationship, FromRegisterRelationship);
  relationships->Add("GetRelationship", ToGetRelationship, FromGetRelationship);
  relationships->Add("ListRelationships", ToListRelationships, FromListRelationships);
  relationships->Add("DeleteRelationship", ToDeleteRelationship, FromDeleteRelationship);
  services.push_back(std::move(relationships));

  auto declarations = std::make_unique<ShardService<v1::DeclarationService>>(backend);
  declarations->Add("ApplyDeclarations", ToApplyDeclarations, FromApplyDeclarations);
  services.push_back(std::move(declarations));

  auto dependencies = std::make_unique<ShardService<v1::DependencyService>>(backend);
  dependencies->Add("AddCacheDependency", ToAddCacheDependency, FromAddCacheDependency);
  dependencies->Add("RemoveCacheDependency", ToRemoveCacheDependency, FromRemoveCacheDependency);
  dependencies->Add("ListCacheDependencies", ToListCacheDependencies, FromListCacheDependencies);
  services.push_back(std::move(dependencies));

  auto invalidations = std::make_unique<ShardService<v1::InvalidationService>>(backend);
  invalidations->Add("Invalidate", ToInvalidate, FromInvalidate);
  invalidations->Add("InvalidateWithDependencies", ToInvalidateWithDependencies,
                     FromInvalidateWithDependencies);
  invalidations->Add("ScheduleBatchInvalidation", ToScheduleBatchInvalidation,
                     FromScheduleBatchInvalidation);
  invalidations->Add("FlushPendingInvalidations", ToFlushPendingInvalidations,
                     FromFlushPendingInvalidations);
  invalidations->Add("SetBatchDelay", ToSetBatchDelay, FromSetBatchDelay);
  services.push_back(std::move(invalidations));

  auto entries = std::make_unique<ShardService<v1::CacheEntryService>>(backend);
  entries->Add("TrackEntries", ToTrackEntries, FromTrackEntries);
  entries->Add("UntrackEntries", ToUntrackEntries, FromUntrackEntries);
  entries->Add("LookupEntry", ToLookupEntry, FromLookupEntry);
  entries->Add("Validate", ToValidate, FromValidate);
  services.push_back(std::move(entries));

  auto stats = std::make_unique<ShardService<v1::StatsService>>(backend);
  stats->Add("GetInvalidationStats", ToGetInvalidationStats, FromGetInvalidationStats);
  services.push_back(std::move(stats));

  services.push_back(std::make_unique<WriteEventService>(backend, streams));
  services.push_back(std::make_unique<NamespaceService>(backend));
  return services;
}

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
