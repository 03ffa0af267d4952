// SPDX-License-Identifier: Apache-2.0

#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "client/connection.h"
#include "client/grpc_channel.h"
#include "client/internal/conversion/conversion.h"
#include "client/internal/endpoint_channel.h"
#include "client/internal/log.h"
#include "client/internal/metadata.h"
#include "client/internal/method_name.h"
#include "client/internal/options_check.h"
#include "client/internal/retry.h"
#include "client/internal/started_call.h"
#include "client/internal/stream_threads.h"
#include "client/version.h"
#include "grpcpp/channel.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/support/channel_arguments.h"
#include "protos/cache_invalidation/v1/cache_entry_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/declaration_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/dependency_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/invalidation_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/namespace_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/relationship_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/rule_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/stats_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/subscription_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/write_event_service.grpc.pb.h"

namespace cache_invalidation::client {
namespace internal {
namespace {

// Far above what the service sends: messages to subscribers have at most 1 MiB, responses a few
// MiB. gRPC's default limit is 4 MiB.
constexpr int kMaxReceivedBytes = 64 << 20;

using CacheEntries = v1::CacheEntryService::StubInterface::async_interface;
using DeclarationCalls = v1::DeclarationService::StubInterface::async_interface;
using Dependencies = v1::DependencyService::StubInterface::async_interface;
using Invalidations = v1::InvalidationService::StubInterface::async_interface;
using Namespaces = v1::NamespaceService::StubInterface::async_interface;
using Relationships = v1::RelationshipService::StubInterface::async_interface;
using Rules = v1::RuleService::StubInterface::async_interface;
using Stats = v1::StatsService::StubInterface::async_interface;
using Subscriptions = v1::SubscriptionService::StubInterface::async_interface;
using Writes = v1::WriteEventService::StubInterface::async_interface;

template <typename Params, typename... Others>
constexpr bool kIsOneOf = (std::is_same_v<Params, Others> || ...);

template <typename Params>
constexpr bool kInvalidates =
    kIsOneOf<Params, InvalidateByWriteParams, InvalidateByWritesParams, InvalidateParams,
             InvalidateWithDependenciesParams, ScheduleBatchInvalidationParams,
             FlushPendingInvalidationsParams, DeleteNamespaceParams>;

void LogError(absl::string_view message) { Log(LogSeverity::kError, message); }

Runtime MakeRuntimeWithMetadata(ClientOptions options, absl::Status error) {
  const bool has_metadata =
      !options.metadata.empty() || !options.token.empty() || !options.token_file.empty();
  std::shared_ptr<ConnectionMetadata> metadata;
  if (error.ok() && has_metadata) {
    metadata = std::make_shared<ConnectionMetadata>(options, ClockOr(options.clock), LogError);
    error = metadata->status();
  }
  Runtime runtime = MakeRuntime(std::move(options));
  runtime.metadata = std::move(metadata);
  runtime.error = std::move(error);
  return runtime;
}

// A channel that connects to nothing, for a connection whose calls all fail before they are sent.
std::shared_ptr<grpc::Channel> UnusedChannel() {
  return grpc::CreateChannel("ipv4:127.0.0.1:1", grpc::InsecureChannelCredentials());
}

absl::StatusOr<std::shared_ptr<Connection>> UnlessWrong(std::shared_ptr<Connection> connection) {
  absl::Status status = connection->OptionsStatus();
  if (!status.ok()) return status;
  return connection;
}

class GrpcConnection final : public Connection {
 public:
  // With an error, nothing is sent over the channel.
  GrpcConnection(const std::shared_ptr<grpc::Channel>& channel, ClientOptions options,
                 absl::Status error)
      : runtime_(MakeRuntimeWithMetadata(std::move(options), std::move(error))),
        entries_(v1::CacheEntryService::NewStub(channel)),
        declarations_(v1::DeclarationService::NewStub(channel)),
        dependencies_(v1::DependencyService::NewStub(channel)),
        invalidations_(v1::InvalidationService::NewStub(channel)),
        namespaces_(v1::NamespaceService::NewStub(channel)),
        relationships_(v1::RelationshipService::NewStub(channel)),
        rules_(v1::RuleService::NewStub(channel)),
        stats_(v1::StatsService::NewStub(channel)),
        subscriptions_(v1::SubscriptionService::NewStub(channel)),
        writes_(v1::WriteEventService::NewStub(channel)) {}

  std::string NamespaceName() const override { return runtime_.namespace_name; }
  absl::Status OptionsStatus() const override { return runtime_.error; }

  void Start(const RegisterInvalidationRuleParams& params,
             ResultCallback<RuleRegistration> done) override {
    Begin(*rules_, &Rules::RegisterRule, params, std::move(done));
  }
  void Start(const GetInvalidationRuleParams& params, ResultCallback<StoredRule> done) override {
    Begin(*rules_, &Rules::GetRule, params, std::move(done));
  }
  void Start(const ListInvalidationRulesParams& params, ResultCallback<RulePage> done) override {
    Begin(*rules_, &Rules::ListRules, params, std::move(done));
  }
  void Start(const DeleteInvalidationRuleParams& params, ResultCallback<bool> done) override {
    Begin(*rules_, &Rules::DeleteRule, params, std::move(done));
  }

  void Start(const RegisterDataRelationshipParams& params,
             ResultCallback<RelationshipRegistration> done) override {
    Begin(*relationships_, &Relationships::RegisterRelationship, params, std::move(done));
  }
  void Start(const GetDataRelationshipParams& params,
             ResultCallback<DataRelationship> done) override {
    Begin(*relationships_, &Relationships::GetRelationship, params, std::move(done));
  }
  void Start(const ListDataRelationshipsParams& params,
             ResultCallback<RelationshipPage> done) override {
    Begin(*relationships_, &Relationships::ListRelationships, params, std::move(done));
  }
  void Start(const DeleteDataRelationshipParams& params, ResultCallback<bool> done) override {
    Begin(*relationships_, &Relationships::DeleteRelationship, params, std::move(done));
  }

  void Start(const ApplyDeclarationsParams& params,
             ResultCallback<ApplyDeclarationsResult> done) override {
    Begin(*declarations_, &DeclarationCalls::ApplyDeclarations, params, std::move(done));
  }

  void Start(const AddCacheDependencyParams& params,
             ResultCallback<DependencyAddition> done) override {
    Begin(*dependencies_, &Dependencies::AddCacheDependency, params, std::move(done));
  }
  void Start(const RemoveCacheDependencyParams& params,
             ResultCallback<DependencyRemoval> done) override {
    Begin(*dependencies_, &Dependencies::RemoveCacheDependency, params, std::move(done));
  }
  void Start(const ListCacheDependenciesParams& params,
             ResultCallback<DependencyPage> done) override {
    Begin(*dependencies_, &Dependencies::ListCacheDependencies, params, std::move(done));
  }

  void Start(const InvalidateByWriteParams& params, ResultCallback<WriteResult> done) override {
    Begin(*writes_, &Writes::InvalidateByWrite, params, std::move(done));
  }
  void Start(const InvalidateByWritesParams& params, ResultCallback<WriteResult> done) override {
    Begin(*writes_, &Writes::InvalidateByWrites, params, std::move(done));
  }
  void Start(const ExplainWriteParams& params, ResultCallback<Explanation> done) override {
    Begin(*writes_, &Writes::ExplainWrite, params, std::move(done));
  }

  void Start(const InvalidateParams& params, ResultCallback<InvalidationResult> done) override {
    Begin(*invalidations_, &Invalidations::Invalidate, params, std::move(done));
  }
  void Start(const InvalidateWithDependenciesParams& params,
             ResultCallback<KeyInvalidation> done) override {
    Begin(*invalidations_, &Invalidations::InvalidateWithDependencies, params, std::move(done));
  }
  void Start(const ScheduleBatchInvalidationParams& params,
             ResultCallback<BatchSchedule> done) override {
    Begin(*invalidations_, &Invalidations::ScheduleBatchInvalidation, params, std::move(done));
  }
  void Start(const FlushPendingInvalidationsParams& params,
             ResultCallback<BatchFlush> done) override {
    Begin(*invalidations_, &Invalidations::FlushPendingInvalidations, params, std::move(done));
  }
  void Start(const SetBatchDelayParams& params, ResultCallback<absl::Duration> done) override {
    Begin(*invalidations_, &Invalidations::SetBatchDelay, params, std::move(done));
  }

  void Start(const TrackEntriesParams& params, ResultCallback<TrackEntriesResult> done) override {
    Begin(*entries_, &CacheEntries::TrackEntries, params, std::move(done));
  }
  void Start(const UntrackEntriesParams& params, ResultCallback<uint32_t> done) override {
    Begin(*entries_, &CacheEntries::UntrackEntries, params, std::move(done));
  }
  void Start(const LookupEntryParams& params, ResultCallback<EntryLookup> done) override {
    Begin(*entries_, &CacheEntries::LookupEntry, params, std::move(done));
  }
  void Start(const ValidateParams& params, ResultCallback<Validation> done) override {
    Begin(*entries_, &CacheEntries::Validate, params, std::move(done));
  }

  void Start(const GetInvalidationStatsParams& params,
             ResultCallback<InvalidationStats> done) override {
    Begin(*stats_, &Stats::GetInvalidationStats, params, std::move(done));
  }

  void Start(const ListNamespacesParams& params, ResultCallback<NamespacePage> done) override {
    Begin(*namespaces_, &Namespaces::ListNamespaces, params, std::move(done));
  }
  void Start(const DeleteNamespaceParams& params, ResultCallback<NamespaceDeletion> done) override {
    Begin(*namespaces_, &Namespaces::DeleteNamespace, params, std::move(done));
  }

  void Start(const ListSubscribersParams& params, ResultCallback<SubscriberPage> done) override {
    Begin(*subscriptions_, &Subscriptions::ListSubscribers, params, std::move(done));
  }

  std::unique_ptr<Subscription> Subscribe(const SubscribeParams& params) override {
    return StartSubscription(subscriptions_, runtime_, params);
  }

  std::unique_ptr<WriteStream> OpenWriteStream(const OpenWriteStreamParams& params) override {
    return StartWriteStream(writes_, runtime_, params);
  }

 private:
  // The type that a response is converted to.
  template <typename Response>
  using ResultOf = decltype(FromProto(std::declval<const Response&>()));

  // Any call: converts the parameters, sets the fields of all requests, converts the result.
  template <typename Stub, typename AsyncStub, typename Request, typename Response, typename Params>
  void Begin(Stub& stub,
             void (AsyncStub::*method)(grpc::ClientContext*, const Request*, Response*,
                                       std::function<void(grpc::Status)>),
             const Params& params, ResultCallback<ResultOf<Response>> done) const {
    std::make_shared<StartedUnaryCall<Request, Response>>(
        runtime_,
        CallDescription{.method = MethodOf<Request>(),
                        .deadline = DeadlineOf(params),
                        .cancellation = params.options.cancellation,
                        .metadata = params.options.metadata},
        [&stub, method](auto&&... arguments) {
          (stub.async()->*method)(std::forward<decltype(arguments)>(arguments)...);
        },
        MakeRequest<Request>(params),
        [done = std::move(done)](absl::StatusOr<Response> response) {
          if (response.ok()) return done(FromProto(*response));
          done(response.status());
        })
        ->Begin();
  }

  template <typename Request, typename Params>
  Request MakeRequest(const Params& params) const {
    Request request;
    ToProto(params, &request);
    // Calls about namespaces have the name of theirs as a parameter.
    if constexpr (!kIsOneOf<Params, ListNamespacesParams, DeleteNamespaceParams>) {
      request.set_namespace_(runtime_.Namespace(params.options));
    }
    if constexpr (requires { request.set_request_id(params.options.request_id); }) {
      request.set_request_id(params.options.request_id);
    }
    return request;
  }

  template <typename Params>
  absl::Duration DeadlineOf(const Params& params) const {
    return params.options.deadline.value_or(kInvalidates<Params> ? runtime_.invalidation_deadline
                                                                 : runtime_.deadline);
  }

  const Runtime runtime_;
  const std::unique_ptr<v1::CacheEntryService::StubInterface> entries_;
  const std::unique_ptr<v1::DeclarationService::StubInterface> declarations_;
  const std::unique_ptr<v1::DependencyService::StubInterface> dependencies_;
  const std::unique_ptr<v1::InvalidationService::StubInterface> invalidations_;
  const std::unique_ptr<v1::NamespaceService::StubInterface> namespaces_;
  const std::unique_ptr<v1::RelationshipService::StubInterface> relationships_;
  const std::unique_ptr<v1::RuleService::StubInterface> rules_;
  const std::unique_ptr<v1::StatsService::StubInterface> stats_;
  const std::shared_ptr<v1::SubscriptionService::Stub> subscriptions_;  // shared with subscriptions
  const std::shared_ptr<v1::WriteEventService::Stub> writes_;           // shared with write streams
};

}  // namespace
}  // namespace internal

void SetDefaultChannelArguments(grpc::ChannelArguments& arguments) {
  arguments.SetUserAgentPrefix("cache_invalidation_client/" CACHE_INVALIDATION_VERSION_STRING);
  // The Connection retries. A second layer of retries would multiply the attempts.
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  // gRPC's default pause between connection attempts grows to two minutes, for which a service that
  // is back would not be noticed.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 5'000);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 2'000);
  // Detects dead connections; until then calls and streams run into their timeouts. The service
  // accepts a ping every 10 s.
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 15'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 5'000);
  // A message that is too large to receive would be sent again after each reconnect, forever.
  arguments.SetMaxReceiveMessageSize(internal::kMaxReceivedBytes);
}

std::shared_ptr<Connection> MakeConnection(std::shared_ptr<grpc::Channel> channel,
                                           ClientOptions options) {
  absl::Status error = internal::CheckOptions(options);
  if (channel == nullptr) {
    error = absl::InvalidArgumentError("channel: expected one, got null");
    channel = internal::UnusedChannel();
  }
  return std::make_shared<internal::GrpcConnection>(channel, std::move(options), std::move(error));
}

std::shared_ptr<Connection> MakeConnection(const std::string& endpoint, ClientOptions options) {
  absl::Status error = internal::CheckEndpointAndOptions(endpoint, options);
  const std::shared_ptr<grpc::Channel> channel =
      error.ok() ? internal::MakeEndpointChannel(endpoint, options) : internal::UnusedChannel();
  return std::make_shared<internal::GrpcConnection>(channel, std::move(options), std::move(error));
}

absl::StatusOr<std::shared_ptr<Connection>> OpenConnection(std::shared_ptr<grpc::Channel> channel,
                                                           ClientOptions options) {
  return internal::UnlessWrong(MakeConnection(std::move(channel), std::move(options)));
}

absl::StatusOr<std::shared_ptr<Connection>> OpenConnection(const std::string& endpoint,
                                                           ClientOptions options) {
  return internal::UnlessWrong(MakeConnection(endpoint, std::move(options)));
}

}  // namespace cache_invalidation::client
