// UnimplementedConnection: base class for the Connection of a test.
//
//   class RefusingConnection : public UnimplementedConnection {
//    public:
//     using UnimplementedConnection::Start;
//     void Start(const InvalidateByWriteParams&, AnswerCallback<WriteResult> done) override {
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
// Thread-safe.

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
             AnswerCallback<RuleRegistration> done) override;
  void Start(const GetInvalidationRuleParams& params, AnswerCallback<StoredRule> done) override;
  void Start(const ListInvalidationRulesParams& params, AnswerCallback<RulePage> done) override;
  void Start(const DeleteInvalidationRuleParams& params, AnswerCallback<bool> done) override;

  void Start(const RegisterDataRelationshipParams& params,
             AnswerCallback<RelationshipRegistration> done) override;
  void Start(const GetDataRelationshipParams& params,
             AnswerCallback<DataRelationship> done) override;
  void Start(const ListDataRelationshipsParams& params,
             AnswerCallback<RelationshipPage> done) override;
  void Start(const DeleteDataRelationshipParams& params, AnswerCallback<bool> done) override;

  void Start(const AddCacheDependencyParams& params,
             AnswerCallback<DependencyAddition> done) override;
  void Start(const RemoveCacheDependencyParams& params,
             AnswerCallback<DependencyRemoval> done) override;
  void Start(const ListCacheDependenciesParams& params,
             AnswerCallback<DependencyPage> done) override;

  void Start(const InvalidateByWriteParams& params, AnswerCallback<WriteResult> done) override;
  void Start(const InvalidateByWritesParams& params, AnswerCallback<WriteResult> done) override;
  void Start(const ExplainWriteParams& params, AnswerCallback<Explanation> done) override;

  void Start(const InvalidateParams& params, AnswerCallback<InvalidationResult> done) override;
  void Start(const InvalidateWithDependenciesParams& params,
             AnswerCallback<KeyInvalidation> done) override;
  void Start(const ScheduleBatchInvalidationParams& params,
             AnswerCallback<BatchSchedule> done) override;
  void Start(const FlushPendingInvalidationsParams& params,
             AnswerCallback<BatchFlush> done) override;
  void Start(const SetBatchDelayParams& params, AnswerCallback<absl::Duration> done) override;

  void Start(const TrackEntriesParams& params, AnswerCallback<TrackAnswer> done) override;
  void Start(const UntrackEntriesParams& params, AnswerCallback<uint32_t> done) override;
  void Start(const LookupEntryParams& params, AnswerCallback<EntryLookup> done) override;
  void Start(const ValidateParams& params, AnswerCallback<Validation> done) override;

  void Start(const GetInvalidationStatsParams& params,
             AnswerCallback<InvalidationStats> done) override;

  void Start(const ListNamespacesParams& params, AnswerCallback<NamespacePage> done) override;
  void Start(const DeleteNamespaceParams& params, AnswerCallback<NamespaceDeletion> done) override;

  std::unique_ptr<Subscription> Subscribe(const SubscribeParams& params) override;

  std::unique_ptr<WriteStream> OpenWriteStream(const OpenWriteStreamParams& params) override;
};

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_TESTING_UNIMPLEMENTED_CONNECTION_H_
