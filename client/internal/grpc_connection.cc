#include <memory>
#include <string>
#include <utility>

#include "client/connection.h"
#include "client/grpc_channel.h"
#include "client/internal/conversion/dependency_conversion.h"
#include "client/internal/conversion/entry_conversion.h"
#include "client/internal/conversion/explanation_conversion.h"
#include "client/internal/conversion/invalidation_conversion.h"
#include "client/internal/conversion/relationship_service_conversion.h"
#include "client/internal/conversion/rule_service_conversion.h"
#include "client/internal/conversion/stats_conversion.h"
#include "client/internal/conversion/write_conversion.h"
#include "client/internal/runtime.h"
#include "client/internal/subscription_thread.h"
#include "client/internal/unary_call.h"
#include "client/internal/write_stream_thread.h"
#include "grpcpp/channel.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/support/channel_arguments.h"
#include "protos/cache_invalidation/v1/cache_entry_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/dependency_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/invalidation_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/relationship_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/rule_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/stats_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/subscription_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/write_event_service.grpc.pb.h"

namespace cache_invalidation::client {
namespace internal {
namespace {

using CacheEntries = v1::CacheEntryService::StubInterface;
using Dependencies = v1::DependencyService::StubInterface;
using Invalidations = v1::InvalidationService::StubInterface;
using Relationships = v1::RelationshipService::StubInterface;
using Rules = v1::RuleService::StubInterface;
using Stats = v1::StatsService::StubInterface;
using Writes = v1::WriteEventService::StubInterface;

class GrpcConnection final : public Connection {
 public:
  GrpcConnection(const std::shared_ptr<grpc::Channel>& channel, ClientOptions options)
      : runtime_(MakeRuntime(std::move(options))),
        entries_(v1::CacheEntryService::NewStub(channel)),
        dependencies_(v1::DependencyService::NewStub(channel)),
        invalidations_(v1::InvalidationService::NewStub(channel)),
        relationships_(v1::RelationshipService::NewStub(channel)),
        rules_(v1::RuleService::NewStub(channel)),
        stats_(v1::StatsService::NewStub(channel)),
        subscriptions_(v1::SubscriptionService::NewStub(channel)),
        writes_(v1::WriteEventService::NewStub(channel)) {}

  absl::StatusOr<RuleRegistration> RegisterInvalidationRule(
      const RegisterInvalidationRuleParams& params) override {
    return Call(*rules_, &Rules::RegisterRule, params);
  }
  absl::StatusOr<StoredRule> GetInvalidationRule(const GetInvalidationRuleParams& params) override {
    return Call(*rules_, &Rules::GetRule, params);
  }
  absl::StatusOr<RulePage> ListInvalidationRules(
      const ListInvalidationRulesParams& params) override {
    return Call(*rules_, &Rules::ListRules, params);
  }
  absl::StatusOr<bool> DeleteInvalidationRule(const DeleteInvalidationRuleParams& params) override {
    return Call(*rules_, &Rules::DeleteRule, params);
  }

  absl::StatusOr<RelationshipRegistration> RegisterDataRelationship(
      const RegisterDataRelationshipParams& params) override {
    return Call(*relationships_, &Relationships::RegisterRelationship, params);
  }
  absl::StatusOr<DataRelationship> GetDataRelationship(
      const GetDataRelationshipParams& params) override {
    return Call(*relationships_, &Relationships::GetRelationship, params);
  }
  absl::StatusOr<RelationshipPage> ListDataRelationships(
      const ListDataRelationshipsParams& params) override {
    return Call(*relationships_, &Relationships::ListRelationships, params);
  }
  absl::StatusOr<bool> DeleteDataRelationship(const DeleteDataRelationshipParams& params) override {
    return Call(*relationships_, &Relationships::DeleteRelationship, params);
  }

  absl::StatusOr<DependencyAddition> AddCacheDependency(
      const AddCacheDependencyParams& params) override {
    return Call(*dependencies_, &Dependencies::AddCacheDependency, params);
  }
  absl::StatusOr<DependencyRemoval> RemoveCacheDependency(
      const RemoveCacheDependencyParams& params) override {
    return Call(*dependencies_, &Dependencies::RemoveCacheDependency, params);
  }
  absl::StatusOr<DependencyPage> ListCacheDependencies(
      const ListCacheDependenciesParams& params) override {
    return Call(*dependencies_, &Dependencies::ListCacheDependencies, params);
  }

  absl::StatusOr<WriteResult> InvalidateByWrite(const InvalidateByWriteParams& params) override {
    return Call<Writes>(*writes_, &Writes::InvalidateByWrite, params);
  }
  absl::StatusOr<WriteResult> InvalidateByWrites(const InvalidateByWritesParams& params) override {
    return Call<Writes>(*writes_, &Writes::InvalidateByWrites, params);
  }
  absl::StatusOr<Explanation> ExplainWrite(const ExplainWriteParams& params) override {
    return Call<Writes>(*writes_, &Writes::ExplainWrite, params);
  }

  absl::StatusOr<InvalidationResult> Invalidate(const InvalidateParams& params) override {
    return Call(*invalidations_, &Invalidations::Invalidate, params);
  }
  absl::StatusOr<KeyInvalidation> InvalidateWithDependencies(
      const InvalidateWithDependenciesParams& params) override {
    return Call(*invalidations_, &Invalidations::InvalidateWithDependencies, params);
  }
  absl::StatusOr<BatchSchedule> ScheduleBatchInvalidation(
      const ScheduleBatchInvalidationParams& params) override {
    return Call(*invalidations_, &Invalidations::ScheduleBatchInvalidation, params);
  }
  absl::StatusOr<BatchFlush> FlushPendingInvalidations(
      const FlushPendingInvalidationsParams& params) override {
    return Call(*invalidations_, &Invalidations::FlushPendingInvalidations, params);
  }
  absl::StatusOr<absl::Duration> SetBatchDelay(const SetBatchDelayParams& params) override {
    return Call(*invalidations_, &Invalidations::SetBatchDelay, params);
  }

  absl::StatusOr<TrackAnswer> TrackEntries(const TrackEntriesParams& params) override {
    return Call(*entries_, &CacheEntries::TrackEntries, params);
  }
  absl::StatusOr<uint32_t> UntrackEntries(const UntrackEntriesParams& params) override {
    return Call(*entries_, &CacheEntries::UntrackEntries, params);
  }
  absl::StatusOr<EntryLookup> LookupEntry(const LookupEntryParams& params) override {
    return Call(*entries_, &CacheEntries::LookupEntry, params);
  }
  absl::StatusOr<Validation> Validate(const ValidateParams& params) override {
    return Call(*entries_, &CacheEntries::Validate, params);
  }

  absl::StatusOr<InvalidationStats> GetInvalidationStats(
      const GetInvalidationStatsParams& params) override {
    return Call(*stats_, &Stats::GetInvalidationStats, params);
  }

  std::unique_ptr<Subscription> Subscribe(const SubscribeParams& params) override {
    return StartSubscription(subscriptions_, runtime_, params);
  }

  std::unique_ptr<WriteStream> OpenWriteStream(const OpenWriteStreamParams& params) override {
    return StartWriteStream(writes_, runtime_, params);
  }

 private:
  // Any call: converts the parameters, fills what all requests have, converts the answer.
  template <typename Stub, typename Request, typename Response, typename Params>
  auto Call(Stub& stub,
            grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
            const Params& params) const
      -> absl::StatusOr<decltype(FromProto(std::declval<const Response&>()))> {
    Request request;
    ToProto(params, &request);
    request.set_namespace_(runtime_.Namespace(params.options));
    if constexpr (requires { request.set_request_id(params.options.request_id); }) {
      request.set_request_id(params.options.request_id);
    }
    absl::Duration extra = absl::ZeroDuration();
    if constexpr (requires { params.wait; }) extra = ExtraFor(params.wait);
    absl::StatusOr<Response> response =
        CallUnary(runtime_, stub, method, request, params.options, extra);
    if (!response.ok()) return response.status();
    return FromProto(*response);
  }

  const Runtime runtime_;
  const std::unique_ptr<CacheEntries> entries_;
  const std::unique_ptr<Dependencies> dependencies_;
  const std::unique_ptr<Invalidations> invalidations_;
  const std::unique_ptr<Relationships> relationships_;
  const std::unique_ptr<Rules> rules_;
  const std::unique_ptr<Stats> stats_;
  const std::shared_ptr<v1::SubscriptionService::Stub> subscriptions_;  // shared with them
  const std::shared_ptr<v1::WriteEventService::Stub> writes_;           // as well
};

}  // namespace
}  // namespace internal

void SetDefaultChannelArguments(grpc::ChannelArguments& arguments) {
  // Retries are the Connection's; two layers of them would multiply.
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  // gRPC's own pause between connection attempts grows to two minutes: a service that has come
  // back would stay unseen for so long.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 5'000);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 2'000);
  // Finds connections that died without a word; until then calls and streams run into their ends.
  // The service accepts a ping every 10 s.
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 15'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 5'000);
}

std::shared_ptr<Connection> MakeConnection(std::shared_ptr<grpc::Channel> channel,
                                           ClientOptions options) {
  return std::make_shared<internal::GrpcConnection>(channel, std::move(options));
}

std::shared_ptr<Connection> MakeConnection(const std::string& endpoint, ClientOptions options) {
  grpc::ChannelArguments arguments;
  SetDefaultChannelArguments(arguments);
  return MakeConnection(
      grpc::CreateCustomChannel(endpoint, grpc::InsecureChannelCredentials(), arguments),
      std::move(options));
}

}  // namespace cache_invalidation::client
