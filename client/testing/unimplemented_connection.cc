#include "client/testing/unimplemented_connection.h"

#include <vector>

#include "absl/status/status.h"

namespace cache_invalidation::client {
namespace {

class SilentSubscription final : public Subscription {
 public:
  void Acknowledge(const Position&) override {}
  void Stop() override {}
};

class RefusingWriteStream final : public WriteStream {
 public:
  void Write(std::vector<WriteEvent>, WriteCallback done) override {
    if (done) done(absl::UnimplementedError("OpenWriteStream"));
  }
  void Flush() override {}
  void Close() override {}
};

}  // namespace

absl::StatusOr<RuleRegistration> UnimplementedConnection::RegisterInvalidationRule(
    const RegisterInvalidationRuleParams&) {
  return absl::UnimplementedError("RegisterInvalidationRule");
}

absl::StatusOr<StoredRule> UnimplementedConnection::GetInvalidationRule(
    const GetInvalidationRuleParams&) {
  return absl::UnimplementedError("GetInvalidationRule");
}

absl::StatusOr<RulePage> UnimplementedConnection::ListInvalidationRules(
    const ListInvalidationRulesParams&) {
  return absl::UnimplementedError("ListInvalidationRules");
}

absl::StatusOr<bool> UnimplementedConnection::DeleteInvalidationRule(
    const DeleteInvalidationRuleParams&) {
  return absl::UnimplementedError("DeleteInvalidationRule");
}

absl::StatusOr<RelationshipRegistration> UnimplementedConnection::RegisterDataRelationship(
    const RegisterDataRelationshipParams&) {
  return absl::UnimplementedError("RegisterDataRelationship");
}

absl::StatusOr<DataRelationship> UnimplementedConnection::GetDataRelationship(
    const GetDataRelationshipParams&) {
  return absl::UnimplementedError("GetDataRelationship");
}

absl::StatusOr<RelationshipPage> UnimplementedConnection::ListDataRelationships(
    const ListDataRelationshipsParams&) {
  return absl::UnimplementedError("ListDataRelationships");
}

absl::StatusOr<bool> UnimplementedConnection::DeleteDataRelationship(
    const DeleteDataRelationshipParams&) {
  return absl::UnimplementedError("DeleteDataRelationship");
}

absl::StatusOr<DependencyAddition> UnimplementedConnection::AddCacheDependency(
    const AddCacheDependencyParams&) {
  return absl::UnimplementedError("AddCacheDependency");
}

absl::StatusOr<DependencyRemoval> UnimplementedConnection::RemoveCacheDependency(
    const RemoveCacheDependencyParams&) {
  return absl::UnimplementedError("RemoveCacheDependency");
}

absl::StatusOr<DependencyPage> UnimplementedConnection::ListCacheDependencies(
    const ListCacheDependenciesParams&) {
  return absl::UnimplementedError("ListCacheDependencies");
}

absl::StatusOr<WriteResult> UnimplementedConnection::InvalidateByWrite(
    const InvalidateByWriteParams&) {
  return absl::UnimplementedError("InvalidateByWrite");
}

absl::StatusOr<WriteResult> UnimplementedConnection::InvalidateByWrites(
    const InvalidateByWritesParams&) {
  return absl::UnimplementedError("InvalidateByWrites");
}

absl::StatusOr<Explanation> UnimplementedConnection::ExplainWrite(const ExplainWriteParams&) {
  return absl::UnimplementedError("ExplainWrite");
}

absl::StatusOr<InvalidationResult> UnimplementedConnection::Invalidate(const InvalidateParams&) {
  return absl::UnimplementedError("Invalidate");
}

absl::StatusOr<KeyInvalidation> UnimplementedConnection::InvalidateWithDependencies(
    const InvalidateWithDependenciesParams&) {
  return absl::UnimplementedError("InvalidateWithDependencies");
}

absl::StatusOr<BatchSchedule> UnimplementedConnection::ScheduleBatchInvalidation(
    const ScheduleBatchInvalidationParams&) {
  return absl::UnimplementedError("ScheduleBatchInvalidation");
}

absl::StatusOr<BatchFlush> UnimplementedConnection::FlushPendingInvalidations(
    const FlushPendingInvalidationsParams&) {
  return absl::UnimplementedError("FlushPendingInvalidations");
}

absl::StatusOr<absl::Duration> UnimplementedConnection::SetBatchDelay(const SetBatchDelayParams&) {
  return absl::UnimplementedError("SetBatchDelay");
}

absl::StatusOr<TrackAnswer> UnimplementedConnection::TrackEntries(const TrackEntriesParams&) {
  return absl::UnimplementedError("TrackEntries");
}

absl::StatusOr<uint32_t> UnimplementedConnection::UntrackEntries(const UntrackEntriesParams&) {
  return absl::UnimplementedError("UntrackEntries");
}

absl::StatusOr<EntryLookup> UnimplementedConnection::LookupEntry(const LookupEntryParams&) {
  return absl::UnimplementedError("LookupEntry");
}

absl::StatusOr<Validation> UnimplementedConnection::Validate(const ValidateParams&) {
  return absl::UnimplementedError("Validate");
}

absl::StatusOr<InvalidationStats> UnimplementedConnection::GetInvalidationStats(
    const GetInvalidationStatsParams&) {
  return absl::UnimplementedError("GetInvalidationStats");
}

absl::StatusOr<NamespacePage> UnimplementedConnection::ListNamespaces(const ListNamespacesParams&) {
  return absl::UnimplementedError("ListNamespaces");
}

absl::StatusOr<NamespaceDeletion> UnimplementedConnection::DeleteNamespace(
    const DeleteNamespaceParams&) {
  return absl::UnimplementedError("DeleteNamespace");
}

std::unique_ptr<Subscription> UnimplementedConnection::Subscribe(const SubscribeParams&) {
  return std::make_unique<SilentSubscription>();
}

std::unique_ptr<WriteStream> UnimplementedConnection::OpenWriteStream(
    const OpenWriteStreamParams&) {
  return std::make_unique<RefusingWriteStream>();
}

}  // namespace cache_invalidation::client
