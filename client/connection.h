// SPDX-License-Identifier: Apache-2.0

// Connection: the calls of the service as an interface, one virtual method per call.
//
// Applications call Client (client.h), which forwards to a Connection. To test code without a
// service, pass it a Client over your own Connection. Each method takes one parameter struct, so
// that a new parameter does not change a signature.

#ifndef CACHE_INVALIDATION_CLIENT_CONNECTION_H_
#define CACHE_INVALIDATION_CLIENT_CONNECTION_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/client_options.h"
#include "client/declaration.h"
#include "client/dependency.h"
#include "client/entry.h"
#include "client/explanation.h"
#include "client/internal/pending_result.h"
#include "client/invalidation.h"
#include "client/namespace.h"
#include "client/relationship.h"
#include "client/rule.h"
#include "client/stats.h"
#include "client/subscriber.h"
#include "client/subscription.h"
#include "client/write_event.h"
#include "client/write_stream.h"

namespace cache_invalidation::client {

// Receives the result of a started call. Must not block: it runs on a thread that other calls need.
template <typename Result>
using ResultCallback = std::function<void(absl::StatusOr<Result>)>;

// Thread-safe. Each method does what the method of the same name in client.h does.
class Connection {
 public:
  virtual ~Connection() = default;

  // Returns the namespace of calls that name none; empty: the service's default.
  virtual std::string NamespaceName() const { return {}; }

  // Returns OK, or what is wrong with the endpoint or the options that MakeConnection was given;
  // every call fails with that error then.
  virtual absl::Status OptionsStatus() const { return absl::OkStatus(); }

  // Starts the call of these parameters: `done` gets the result, once, perhaps before Start
  // returns. Until then the Connection must exist, and `done` must not be what destroys it.
  virtual void Start(const RegisterInvalidationRuleParams& params,
                     ResultCallback<RuleRegistration> done) = 0;
  virtual void Start(const GetInvalidationRuleParams& params, ResultCallback<StoredRule> done) = 0;
  virtual void Start(const ListInvalidationRulesParams& params, ResultCallback<RulePage> done) = 0;
  virtual void Start(const DeleteInvalidationRuleParams& params, ResultCallback<bool> done) = 0;

  virtual void Start(const RegisterDataRelationshipParams& params,
                     ResultCallback<RelationshipRegistration> done) = 0;
  virtual void Start(const GetDataRelationshipParams& params,
                     ResultCallback<DataRelationship> done) = 0;
  virtual void Start(const ListDataRelationshipsParams& params,
                     ResultCallback<RelationshipPage> done) = 0;
  virtual void Start(const DeleteDataRelationshipParams& params, ResultCallback<bool> done) = 0;

  virtual void Start(const ApplyDeclarationsParams& params,
                     ResultCallback<ApplyDeclarationsResult> done) = 0;

  virtual void Start(const AddCacheDependencyParams& params,
                     ResultCallback<DependencyAddition> done) = 0;
  virtual void Start(const RemoveCacheDependencyParams& params,
                     ResultCallback<DependencyRemoval> done) = 0;
  virtual void Start(const ListCacheDependenciesParams& params,
                     ResultCallback<DependencyPage> done) = 0;

  virtual void Start(const InvalidateByWriteParams& params, ResultCallback<WriteResult> done) = 0;
  virtual void Start(const InvalidateByWritesParams& params, ResultCallback<WriteResult> done) = 0;
  virtual void Start(const ExplainWriteParams& params, ResultCallback<Explanation> done) = 0;

  virtual void Start(const InvalidateParams& params, ResultCallback<InvalidationResult> done) = 0;
  virtual void Start(const InvalidateWithDependenciesParams& params,
                     ResultCallback<KeyInvalidation> done) = 0;
  virtual void Start(const ScheduleBatchInvalidationParams& params,
                     ResultCallback<BatchSchedule> done) = 0;
  virtual void Start(const FlushPendingInvalidationsParams& params,
                     ResultCallback<BatchFlush> done) = 0;
  virtual void Start(const SetBatchDelayParams& params, ResultCallback<absl::Duration> done) = 0;

  virtual void Start(const TrackEntriesParams& params, ResultCallback<TrackEntriesResult> done) = 0;
  virtual void Start(const UntrackEntriesParams& params, ResultCallback<uint32_t> done) = 0;
  virtual void Start(const LookupEntryParams& params, ResultCallback<EntryLookup> done) = 0;
  virtual void Start(const ValidateParams& params, ResultCallback<Validation> done) = 0;

  virtual void Start(const GetInvalidationStatsParams& params,
                     ResultCallback<InvalidationStats> done) = 0;

  virtual void Start(const ListNamespacesParams& params, ResultCallback<NamespacePage> done) = 0;
  virtual void Start(const DeleteNamespaceParams& params,
                     ResultCallback<NamespaceDeletion> done) = 0;

  virtual void Start(const ListSubscribersParams& params, ResultCallback<SubscriberPage> done) = 0;

  virtual std::unique_ptr<Subscription> Subscribe(const SubscribeParams& params) = 0;

  virtual std::unique_ptr<WriteStream> OpenWriteStream(const OpenWriteStreamParams& params) = 0;

  // The same, blocking, by name. AsyncClient::Call takes these names, too.
  absl::StatusOr<RuleRegistration> RegisterInvalidationRule(
      const RegisterInvalidationRuleParams& params) {
    return Await<RuleRegistration>(params);
  }
  absl::StatusOr<StoredRule> GetInvalidationRule(const GetInvalidationRuleParams& params) {
    return Await<StoredRule>(params);
  }
  absl::StatusOr<RulePage> ListInvalidationRules(const ListInvalidationRulesParams& params) {
    return Await<RulePage>(params);
  }
  absl::StatusOr<bool> DeleteInvalidationRule(const DeleteInvalidationRuleParams& params) {
    return Await<bool>(params);
  }

  absl::StatusOr<RelationshipRegistration> RegisterDataRelationship(
      const RegisterDataRelationshipParams& params) {
    return Await<RelationshipRegistration>(params);
  }
  absl::StatusOr<DataRelationship> GetDataRelationship(const GetDataRelationshipParams& params) {
    return Await<DataRelationship>(params);
  }
  absl::StatusOr<RelationshipPage> ListDataRelationships(
      const ListDataRelationshipsParams& params) {
    return Await<RelationshipPage>(params);
  }
  absl::StatusOr<bool> DeleteDataRelationship(const DeleteDataRelationshipParams& params) {
    return Await<bool>(params);
  }

  absl::StatusOr<ApplyDeclarationsResult> ApplyDeclarations(const ApplyDeclarationsParams& params) {
    return Await<ApplyDeclarationsResult>(params);
  }

  absl::StatusOr<DependencyAddition> AddCacheDependency(const AddCacheDependencyParams& params) {
    return Await<DependencyAddition>(params);
  }
  absl::StatusOr<DependencyRemoval> RemoveCacheDependency(
      const RemoveCacheDependencyParams& params) {
    return Await<DependencyRemoval>(params);
  }
  absl::StatusOr<DependencyPage> ListCacheDependencies(const ListCacheDependenciesParams& params) {
    return Await<DependencyPage>(params);
  }

  absl::StatusOr<WriteResult> InvalidateByWrite(const InvalidateByWriteParams& params) {
    return Await<WriteResult>(params);
  }
  absl::StatusOr<WriteResult> InvalidateByWrites(const InvalidateByWritesParams& params) {
    return Await<WriteResult>(params);
  }
  absl::StatusOr<Explanation> ExplainWrite(const ExplainWriteParams& params) {
    return Await<Explanation>(params);
  }

  absl::StatusOr<InvalidationResult> Invalidate(const InvalidateParams& params) {
    return Await<InvalidationResult>(params);
  }
  absl::StatusOr<KeyInvalidation> InvalidateWithDependencies(
      const InvalidateWithDependenciesParams& params) {
    return Await<KeyInvalidation>(params);
  }
  absl::StatusOr<BatchSchedule> ScheduleBatchInvalidation(
      const ScheduleBatchInvalidationParams& params) {
    return Await<BatchSchedule>(params);
  }
  absl::StatusOr<BatchFlush> FlushPendingInvalidations(
      const FlushPendingInvalidationsParams& params) {
    return Await<BatchFlush>(params);
  }
  absl::StatusOr<absl::Duration> SetBatchDelay(const SetBatchDelayParams& params) {
    return Await<absl::Duration>(params);
  }

  absl::StatusOr<TrackEntriesResult> TrackEntries(const TrackEntriesParams& params) {
    return Await<TrackEntriesResult>(params);
  }
  absl::StatusOr<uint32_t> UntrackEntries(const UntrackEntriesParams& params) {
    return Await<uint32_t>(params);
  }
  absl::StatusOr<EntryLookup> LookupEntry(const LookupEntryParams& params) {
    return Await<EntryLookup>(params);
  }
  absl::StatusOr<Validation> Validate(const ValidateParams& params) {
    return Await<Validation>(params);
  }

  absl::StatusOr<InvalidationStats> GetInvalidationStats(const GetInvalidationStatsParams& params) {
    return Await<InvalidationStats>(params);
  }

  absl::StatusOr<NamespacePage> ListNamespaces(const ListNamespacesParams& params) {
    return Await<NamespacePage>(params);
  }
  absl::StatusOr<NamespaceDeletion> DeleteNamespace(const DeleteNamespaceParams& params) {
    return Await<NamespaceDeletion>(params);
  }

  absl::StatusOr<SubscriberPage> ListSubscribers(const ListSubscribersParams& params) {
    return Await<SubscriberPage>(params);
  }

 private:
  template <typename Result, typename Params>
  absl::StatusOr<Result> Await(const Params& params) {
    internal::PendingResult<absl::StatusOr<Result>> pending;
    Start(params, [&pending](absl::StatusOr<Result> result) { pending.Set(std::move(result)); });
    return pending.Take();
  }
};

// Connects to a service at `endpoint`: "host:port" or "[IPv6 address]:port", in plain text unless
// ClientOptions::tls is set. Targets of gRPC with a resolver ("dns:", "ipv4:", "ipv6:", "unix:",
// "unix-abstract:", "xds:") are accepted too, URLs are not. Returns at once: the first call
// connects, and later calls reconnect when the connection was lost. Expensive: share one per
// process. To use your own channel, see client/grpc_channel.h.
//
// Forks: a process forks before it makes its first connection, as prefork servers can. In a child
// of a process that has used gRPC, gRPC does not work: calls can hang beyond their deadlines.
//
// Fails with INVALID_ARGUMENT, which names the field, if the endpoint or an option is wrong.
absl::StatusOr<std::shared_ptr<Connection>> OpenConnection(const std::string& endpoint,
                                                           ClientOptions options = {});

// The same, but never null: if the endpoint or an option is wrong, every call and stream fails with
// the error, and OptionsStatus returns it.
std::shared_ptr<Connection> MakeConnection(const std::string& endpoint, ClientOptions options = {});

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_CONNECTION_H_
