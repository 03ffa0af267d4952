// SPDX-License-Identifier: Apache-2.0

// UnimplementedConnection: base class for the Connection of a test.
//
//   class RefusingConnection : public UnimplementedConnection {
//    public:
//     using UnimplementedConnection::Start;
//     void Start(const InvalidateByWriteParams&, ResultCallback<WriteResult> done) override {
//       done(absl::UnavailableError("draining"));
//     }
//   };
//
//   const Client client(std::make_shared<RefusingConnection>());
//   EXPECT_FALSE(client.InvalidateByWrite("user", "42", "update").ok());
//
// Every call that is not overridden fails with UNIMPLEMENTED and its name, as does every command of
// a write stream; a subscription receives nothing. AsyncClient makes the calls synchronously.
//
// Threads: thread-safe; results are given on the thread of the call.
// Errors: UNIMPLEMENTED. LocalConnection (local_connection.h) answers more.
// Cost: none.

#ifndef CACHE_INVALIDATION_CLIENT_TESTING_UNIMPLEMENTED_CONNECTION_H_
#define CACHE_INVALIDATION_CLIENT_TESTING_UNIMPLEMENTED_CONNECTION_H_

#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/connection.h"

namespace cache_invalidation::client {

class UnimplementedConnection : public Connection {
 public:
  void Start(const RegisterInvalidationRuleParams& params,
             ResultCallback<RuleRegistration> done) override;
  void Start(const GetInvalidationRuleParams& params, ResultCallback<StoredRule> done) override;
  void Start(const ListInvalidationRulesParams& params, ResultCallback<RulePage> done) override;
  void Start(const DeleteInvalidationRuleParams& params, ResultCallback<bool> done) override;

  void Start(const RegisterDataRelationshipParams& params,
             ResultCallback<RelationshipRegistration> done) override;
  void Start(const GetDataRelationshipParams& params,
             ResultCallback<DataRelationship> done) override;
  void Start(const ListDataRelationshipsParams& params,
             ResultCallback<RelationshipPage> done) override;
  void Start(const DeleteDataRelationshipParams& params, ResultCallback<bool> done) override;

  void Start(const ApplyDeclarationsParams& params,
             ResultCallback<ApplyDeclarationsResult> done) override;

  void Start(const AddCacheDependencyParams& params,
             ResultCallback<DependencyAddition> done) override;
  void Start(const RemoveCacheDependencyParams& params,
             ResultCallback<DependencyRemoval> done) override;
  void Start(const ListCacheDependenciesParams& params,
             ResultCallback<DependencyPage> done) override;

  void Start(const InvalidateByWriteParams& params, ResultCallback<WriteResult> done) override;
  void Start(const InvalidateByWritesParams& params, ResultCallback<WriteResult> done) override;
  void Start(const ExplainWriteParams& params, ResultCallback<Explanation> done) override;

  void Start(const InvalidateParams& params, ResultCallback<InvalidationResult> done) override;
  void Start(const InvalidateWithDependenciesParams& params,
             ResultCallback<KeyInvalidation> done) override;
  void Start(const ScheduleBatchInvalidationParams& params,
             ResultCallback<BatchSchedule> done) override;
  void Start(const FlushPendingInvalidationsParams& params,
             ResultCallback<BatchFlush> done) override;
  void Start(const SetBatchDelayParams& params, ResultCallback<absl::Duration> done) override;

  void Start(const TrackEntriesParams& params, ResultCallback<TrackEntriesResult> done) override;
  void Start(const UntrackEntriesParams& params, ResultCallback<uint32_t> done) override;
  void Start(const LookupEntryParams& params, ResultCallback<EntryLookup> done) override;
  void Start(const ValidateParams& params, ResultCallback<Validation> done) override;

  void Start(const GetInvalidationStatsParams& params,
             ResultCallback<InvalidationStats> done) override;

  void Start(const ListNamespacesParams& params, ResultCallback<NamespacePage> done) override;
  void Start(const DeleteNamespaceParams& params, ResultCallback<NamespaceDeletion> done) override;

  void Start(const ListSubscribersParams& params, ResultCallback<SubscriberPage> done) override;

  std::unique_ptr<Subscription> Subscribe(const SubscribeParams& params) override;

  std::unique_ptr<WriteStream> OpenWriteStream(const OpenWriteStreamParams& params) override;
};

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_TESTING_UNIMPLEMENTED_CONNECTION_H_
