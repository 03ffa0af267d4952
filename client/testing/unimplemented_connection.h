// UnimplementedConnection: base class for the Connection of a test.
//
//   class RefusingConnection : public UnimplementedConnection {
//    public:
//     absl::StatusOr<WriteResult> InvalidateByWrite(const InvalidateByWriteParams&) override {
//       return absl::UnavailableError("draining");
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
  absl::StatusOr<RuleRegistration> RegisterInvalidationRule(
      const RegisterInvalidationRuleParams& params) override;
  absl::StatusOr<StoredRule> GetInvalidationRule(const GetInvalidationRuleParams& params) override;
  absl::StatusOr<RulePage> ListInvalidationRules(
      const ListInvalidationRulesParams& params) override;
  absl::StatusOr<bool> DeleteInvalidationRule(const DeleteInvalidationRuleParams& params) override;

  absl::StatusOr<RelationshipRegistration> RegisterDataRelationship(
      const RegisterDataRelationshipParams& params) override;
  absl::StatusOr<DataRelationship> GetDataRelationship(
      const GetDataRelationshipParams& params) override;
  absl::StatusOr<RelationshipPage> ListDataRelationships(
      const ListDataRelationshipsParams& params) override;
  absl::StatusOr<bool> DeleteDataRelationship(const DeleteDataRelationshipParams& params) override;

  absl::StatusOr<DependencyAddition> AddCacheDependency(
      const AddCacheDependencyParams& params) override;
  absl::StatusOr<DependencyRemoval> RemoveCacheDependency(
      const RemoveCacheDependencyParams& params) override;
  absl::StatusOr<DependencyPage> ListCacheDependencies(
      const ListCacheDependenciesParams& params) override;

  absl::StatusOr<WriteResult> InvalidateByWrite(const InvalidateByWriteParams& params) override;
  absl::StatusOr<WriteResult> InvalidateByWrites(const InvalidateByWritesParams& params) override;
  absl::StatusOr<Explanation> ExplainWrite(const ExplainWriteParams& params) override;

  absl::StatusOr<InvalidationResult> Invalidate(const InvalidateParams& params) override;
  absl::StatusOr<KeyInvalidation> InvalidateWithDependencies(
      const InvalidateWithDependenciesParams& params) override;
  absl::StatusOr<BatchSchedule> ScheduleBatchInvalidation(
      const ScheduleBatchInvalidationParams& params) override;
  absl::StatusOr<BatchFlush> FlushPendingInvalidations(
      const FlushPendingInvalidationsParams& params) override;
  absl::StatusOr<absl::Duration> SetBatchDelay(const SetBatchDelayParams& params) override;

  absl::StatusOr<TrackAnswer> TrackEntries(const TrackEntriesParams& params) override;
  absl::StatusOr<uint32_t> UntrackEntries(const UntrackEntriesParams& params) override;
  absl::StatusOr<EntryLookup> LookupEntry(const LookupEntryParams& params) override;
  absl::StatusOr<Validation> Validate(const ValidateParams& params) override;

  absl::StatusOr<InvalidationStats> GetInvalidationStats(
      const GetInvalidationStatsParams& params) override;
  absl::StatusOr<NamespacePage> ListNamespaces(const ListNamespacesParams& params) override;
  absl::StatusOr<NamespaceDeletion> DeleteNamespace(const DeleteNamespaceParams& params) override;

  std::unique_ptr<Subscription> Subscribe(const SubscribeParams& params) override;

  std::unique_ptr<WriteStream> OpenWriteStream(const OpenWriteStreamParams& params) override;
};

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_TESTING_UNIMPLEMENTED_CONNECTION_H_
