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

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/client_options.h"
#include "client/dependency.h"
#include "client/entry.h"
#include "client/explanation.h"
#include "client/invalidation.h"
#include "client/namespace.h"
#include "client/relationship.h"
#include "client/rule.h"
#include "client/stats.h"
#include "client/subscription.h"
#include "client/write_event.h"
#include "client/write_stream.h"

namespace cache_invalidation::client {

// Receives the result of a started call. Must not block: it runs on a thread that other calls need.
template <typename Answer>
using AnswerCallback = std::function<void(absl::StatusOr<Answer>)>;

// Thread-safe. Each method does what the method of the same name in client.h does.
class Connection {
 public:
  virtual ~Connection() = default;

  // Returns the namespace of calls that name none; empty: the service's default.
  virtual std::string NamespaceName() const { return {}; }

  virtual absl::StatusOr<RuleRegistration> RegisterInvalidationRule(
      const RegisterInvalidationRuleParams& params) = 0;
  virtual absl::StatusOr<StoredRule> GetInvalidationRule(
      const GetInvalidationRuleParams& params) = 0;
  virtual absl::StatusOr<RulePage> ListInvalidationRules(
      const ListInvalidationRulesParams& params) = 0;
  virtual absl::StatusOr<bool> DeleteInvalidationRule(
      const DeleteInvalidationRuleParams& params) = 0;

  virtual absl::StatusOr<RelationshipRegistration> RegisterDataRelationship(
      const RegisterDataRelationshipParams& params) = 0;
  virtual absl::StatusOr<DataRelationship> GetDataRelationship(
      const GetDataRelationshipParams& params) = 0;
  virtual absl::StatusOr<RelationshipPage> ListDataRelationships(
      const ListDataRelationshipsParams& params) = 0;
  virtual absl::StatusOr<bool> DeleteDataRelationship(
      const DeleteDataRelationshipParams& params) = 0;

  virtual absl::StatusOr<DependencyAddition> AddCacheDependency(
      const AddCacheDependencyParams& params) = 0;
  virtual absl::StatusOr<DependencyRemoval> RemoveCacheDependency(
      const RemoveCacheDependencyParams& params) = 0;
  virtual absl::StatusOr<DependencyPage> ListCacheDependencies(
      const ListCacheDependenciesParams& params) = 0;

  virtual absl::StatusOr<WriteResult> InvalidateByWrite(const InvalidateByWriteParams& params) = 0;
  virtual absl::StatusOr<WriteResult> InvalidateByWrites(
      const InvalidateByWritesParams& params) = 0;
  virtual absl::StatusOr<Explanation> ExplainWrite(const ExplainWriteParams& params) = 0;

  virtual absl::StatusOr<InvalidationResult> Invalidate(const InvalidateParams& params) = 0;
  virtual absl::StatusOr<KeyInvalidation> InvalidateWithDependencies(
      const InvalidateWithDependenciesParams& params) = 0;
  virtual absl::StatusOr<BatchSchedule> ScheduleBatchInvalidation(
      const ScheduleBatchInvalidationParams& params) = 0;
  virtual absl::StatusOr<BatchFlush> FlushPendingInvalidations(
      const FlushPendingInvalidationsParams& params) = 0;
  virtual absl::StatusOr<absl::Duration> SetBatchDelay(const SetBatchDelayParams& params) = 0;

  virtual absl::StatusOr<TrackAnswer> TrackEntries(const TrackEntriesParams& params) = 0;
  virtual absl::StatusOr<uint32_t> UntrackEntries(const UntrackEntriesParams& params) = 0;
  virtual absl::StatusOr<EntryLookup> LookupEntry(const LookupEntryParams& params) = 0;
  virtual absl::StatusOr<Validation> Validate(const ValidateParams& params) = 0;

  virtual absl::StatusOr<InvalidationStats> GetInvalidationStats(
      const GetInvalidationStatsParams& params) = 0;

  virtual absl::StatusOr<NamespacePage> ListNamespaces(const ListNamespacesParams& params) = 0;
  virtual absl::StatusOr<NamespaceDeletion> DeleteNamespace(
      const DeleteNamespaceParams& params) = 0;

  virtual std::unique_ptr<Subscription> Subscribe(const SubscribeParams& params) = 0;

  virtual std::unique_ptr<WriteStream> OpenWriteStream(const OpenWriteStreamParams& params) = 0;

  // The calls above without blocking, for AsyncClient: `done` is called once, with the result. The
  // Connection must live until then, and `done` must not destroy it. These default implementations
  // do block, which is sufficient for the Connection of a test.
  // NOLINTBEGIN(performance-unnecessary-value-param): an override keeps its arguments.
  virtual void Start(const RegisterInvalidationRuleParams& params,
                     AnswerCallback<RuleRegistration> done) {
    done(RegisterInvalidationRule(params));
  }
  virtual void Start(const GetInvalidationRuleParams& params, AnswerCallback<StoredRule> done) {
    done(GetInvalidationRule(params));
  }
  virtual void Start(const ListInvalidationRulesParams& params, AnswerCallback<RulePage> done) {
    done(ListInvalidationRules(params));
  }
  virtual void Start(const DeleteInvalidationRuleParams& params, AnswerCallback<bool> done) {
    done(DeleteInvalidationRule(params));
  }
  virtual void Start(const RegisterDataRelationshipParams& params,
                     AnswerCallback<RelationshipRegistration> done) {
    done(RegisterDataRelationship(params));
  }
  virtual void Start(const GetDataRelationshipParams& params,
                     AnswerCallback<DataRelationship> done) {
    done(GetDataRelationship(params));
  }
  virtual void Start(const ListDataRelationshipsParams& params,
                     AnswerCallback<RelationshipPage> done) {
    done(ListDataRelationships(params));
  }
  virtual void Start(const DeleteDataRelationshipParams& params, AnswerCallback<bool> done) {
    done(DeleteDataRelationship(params));
  }
  virtual void Start(const AddCacheDependencyParams& params,
                     AnswerCallback<DependencyAddition> done) {
    done(AddCacheDependency(params));
  }
  virtual void Start(const RemoveCacheDependencyParams& params,
                     AnswerCallback<DependencyRemoval> done) {
    done(RemoveCacheDependency(params));
  }
  virtual void Start(const ListCacheDependenciesParams& params,
                     AnswerCallback<DependencyPage> done) {
    done(ListCacheDependencies(params));
  }
  virtual void Start(const InvalidateByWriteParams& params, AnswerCallback<WriteResult> done) {
    done(InvalidateByWrite(params));
  }
  virtual void Start(const InvalidateByWritesParams& params, AnswerCallback<WriteResult> done) {
    done(InvalidateByWrites(params));
  }
  virtual void Start(const ExplainWriteParams& params, AnswerCallback<Explanation> done) {
    done(ExplainWrite(params));
  }
  virtual void Start(const InvalidateParams& params, AnswerCallback<InvalidationResult> done) {
    done(Invalidate(params));
  }
  virtual void Start(const InvalidateWithDependenciesParams& params,
                     AnswerCallback<KeyInvalidation> done) {
    done(InvalidateWithDependencies(params));
  }
  virtual void Start(const ScheduleBatchInvalidationParams& params,
                     AnswerCallback<BatchSchedule> done) {
    done(ScheduleBatchInvalidation(params));
  }
  virtual void Start(const FlushPendingInvalidationsParams& params,
                     AnswerCallback<BatchFlush> done) {
    done(FlushPendingInvalidations(params));
  }
  virtual void Start(const SetBatchDelayParams& params, AnswerCallback<absl::Duration> done) {
    done(SetBatchDelay(params));
  }
  virtual void Start(const TrackEntriesParams& params, AnswerCallback<TrackAnswer> done) {
    done(TrackEntries(params));
  }
  virtual void Start(const UntrackEntriesParams& params, AnswerCallback<uint32_t> done) {
    done(UntrackEntries(params));
  }
  virtual void Start(const LookupEntryParams& params, AnswerCallback<EntryLookup> done) {
    done(LookupEntry(params));
  }
  virtual void Start(const ValidateParams& params, AnswerCallback<Validation> done) {
    done(Validate(params));
  }
  virtual void Start(const GetInvalidationStatsParams& params,
                     AnswerCallback<InvalidationStats> done) {
    done(GetInvalidationStats(params));
  }
  virtual void Start(const ListNamespacesParams& params, AnswerCallback<NamespacePage> done) {
    done(ListNamespaces(params));
  }
  virtual void Start(const DeleteNamespaceParams& params, AnswerCallback<NamespaceDeletion> done) {
    done(DeleteNamespace(params));
  }
  // NOLINTEND(performance-unnecessary-value-param)
};

// Connects to a service at `endpoint` ("host:port"), in plain text unless ClientOptions::tls is
// set. Returns at once: the first call connects, and later calls reconnect when the connection was
// lost. Expensive: share one per process. To use your own channel, see client/grpc_channel.h.
std::shared_ptr<Connection> MakeConnection(const std::string& endpoint, ClientOptions options = {});

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_CONNECTION_H_
