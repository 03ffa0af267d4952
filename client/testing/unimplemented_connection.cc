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

void UnimplementedConnection::Start(const RegisterInvalidationRuleParams&,
                                    AnswerCallback<RuleRegistration> done) {
  done(absl::UnimplementedError("RegisterInvalidationRule"));
}

void UnimplementedConnection::Start(const GetInvalidationRuleParams&,
                                    AnswerCallback<StoredRule> done) {
  done(absl::UnimplementedError("GetInvalidationRule"));
}

void UnimplementedConnection::Start(const ListInvalidationRulesParams&,
                                    AnswerCallback<RulePage> done) {
  done(absl::UnimplementedError("ListInvalidationRules"));
}

void UnimplementedConnection::Start(const DeleteInvalidationRuleParams&,
                                    AnswerCallback<bool> done) {
  done(absl::UnimplementedError("DeleteInvalidationRule"));
}

void UnimplementedConnection::Start(const RegisterDataRelationshipParams&,
                                    AnswerCallback<RelationshipRegistration> done) {
  done(absl::UnimplementedError("RegisterDataRelationship"));
}

void UnimplementedConnection::Start(const GetDataRelationshipParams&,
                                    AnswerCallback<DataRelationship> done) {
  done(absl::UnimplementedError("GetDataRelationship"));
}

void UnimplementedConnection::Start(const ListDataRelationshipsParams&,
                                    AnswerCallback<RelationshipPage> done) {
  done(absl::UnimplementedError("ListDataRelationships"));
}

void UnimplementedConnection::Start(const DeleteDataRelationshipParams&,
                                    AnswerCallback<bool> done) {
  done(absl::UnimplementedError("DeleteDataRelationship"));
}

void UnimplementedConnection::Start(const AddCacheDependencyParams&,
                                    AnswerCallback<DependencyAddition> done) {
  done(absl::UnimplementedError("AddCacheDependency"));
}

void UnimplementedConnection::Start(const RemoveCacheDependencyParams&,
                                    AnswerCallback<DependencyRemoval> done) {
  done(absl::UnimplementedError("RemoveCacheDependency"));
}

void UnimplementedConnection::Start(const ListCacheDependenciesParams&,
                                    AnswerCallback<DependencyPage> done) {
  done(absl::UnimplementedError("ListCacheDependencies"));
}

void UnimplementedConnection::Start(const InvalidateByWriteParams&,
                                    AnswerCallback<WriteResult> done) {
  done(absl::UnimplementedError("InvalidateByWrite"));
}

void UnimplementedConnection::Start(const InvalidateByWritesParams&,
                                    AnswerCallback<WriteResult> done) {
  done(absl::UnimplementedError("InvalidateByWrites"));
}

void UnimplementedConnection::Start(const ExplainWriteParams&, AnswerCallback<Explanation> done) {
  done(absl::UnimplementedError("ExplainWrite"));
}

void UnimplementedConnection::Start(const InvalidateParams&,
                                    AnswerCallback<InvalidationResult> done) {
  done(absl::UnimplementedError("Invalidate"));
}

void UnimplementedConnection::Start(const InvalidateWithDependenciesParams&,
                                    AnswerCallback<KeyInvalidation> done) {
  done(absl::UnimplementedError("InvalidateWithDependencies"));
}

void UnimplementedConnection::Start(const ScheduleBatchInvalidationParams&,
                                    AnswerCallback<BatchSchedule> done) {
  done(absl::UnimplementedError("ScheduleBatchInvalidation"));
}

void UnimplementedConnection::Start(const FlushPendingInvalidationsParams&,
                                    AnswerCallback<BatchFlush> done) {
  done(absl::UnimplementedError("FlushPendingInvalidations"));
}

void UnimplementedConnection::Start(const SetBatchDelayParams&,
                                    AnswerCallback<absl::Duration> done) {
  done(absl::UnimplementedError("SetBatchDelay"));
}

void UnimplementedConnection::Start(const TrackEntriesParams&, AnswerCallback<TrackAnswer> done) {
  done(absl::UnimplementedError("TrackEntries"));
}

void UnimplementedConnection::Start(const UntrackEntriesParams&, AnswerCallback<uint32_t> done) {
  done(absl::UnimplementedError("UntrackEntries"));
}

void UnimplementedConnection::Start(const LookupEntryParams&, AnswerCallback<EntryLookup> done) {
  done(absl::UnimplementedError("LookupEntry"));
}

void UnimplementedConnection::Start(const ValidateParams&, AnswerCallback<Validation> done) {
  done(absl::UnimplementedError("Validate"));
}

void UnimplementedConnection::Start(const GetInvalidationStatsParams&,
                                    AnswerCallback<InvalidationStats> done) {
  done(absl::UnimplementedError("GetInvalidationStats"));
}

void UnimplementedConnection::Start(const ListNamespacesParams&,
                                    AnswerCallback<NamespacePage> done) {
  done(absl::UnimplementedError("ListNamespaces"));
}

void UnimplementedConnection::Start(const DeleteNamespaceParams&,
                                    AnswerCallback<NamespaceDeletion> done) {
  done(absl::UnimplementedError("DeleteNamespace"));
}

std::unique_ptr<Subscription> UnimplementedConnection::Subscribe(const SubscribeParams&) {
  return std::make_unique<SilentSubscription>();
}

std::unique_ptr<WriteStream> UnimplementedConnection::OpenWriteStream(
    const OpenWriteStreamParams&) {
  return std::make_unique<RefusingWriteStream>();
}

}  // namespace cache_invalidation::client
