// SPDX-License-Identifier: Apache-2.0

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
                                    ResultCallback<RuleRegistration> done) {
  done(absl::UnimplementedError("RegisterInvalidationRule"));
}

void UnimplementedConnection::Start(const GetInvalidationRuleParams&,
                                    ResultCallback<StoredRule> done) {
  done(absl::UnimplementedError("GetInvalidationRule"));
}

void UnimplementedConnection::Start(const ListInvalidationRulesParams&,
                                    ResultCallback<RulePage> done) {
  done(absl::UnimplementedError("ListInvalidationRules"));
}

void UnimplementedConnection::Start(const DeleteInvalidationRuleParams&,
                                    ResultCallback<bool> done) {
  done(absl::UnimplementedError("DeleteInvalidationRule"));
}

void UnimplementedConnection::Start(const RegisterDataRelationshipParams&,
                                    ResultCallback<RelationshipRegistration> done) {
  done(absl::UnimplementedError("RegisterDataRelationship"));
}

void UnimplementedConnection::Start(const GetDataRelationshipParams&,
                                    ResultCallback<DataRelationship> done) {
  done(absl::UnimplementedError("GetDataRelationship"));
}

void UnimplementedConnection::Start(const ListDataRelationshipsParams&,
                                    ResultCallback<RelationshipPage> done) {
  done(absl::UnimplementedError("ListDataRelationships"));
}

void UnimplementedConnection::Start(const DeleteDataRelationshipParams&,
                                    ResultCallback<bool> done) {
  done(absl::UnimplementedError("DeleteDataRelationship"));
}

void UnimplementedConnection::Start(const ApplyDeclarationsParams&,
                                    ResultCallback<ApplyDeclarationsResult> done) {
  done(absl::UnimplementedError("ApplyDeclarations"));
}

void UnimplementedConnection::Start(const AddCacheDependencyParams&,
                                    ResultCallback<DependencyAddition> done) {
  done(absl::UnimplementedError("AddCacheDependency"));
}

void UnimplementedConnection::Start(const RemoveCacheDependencyParams&,
                                    ResultCallback<DependencyRemoval> done) {
  done(absl::UnimplementedError("RemoveCacheDependency"));
}

void UnimplementedConnection::Start(const ListCacheDependenciesParams&,
                                    ResultCallback<DependencyPage> done) {
  done(absl::UnimplementedError("ListCacheDependencies"));
}

void UnimplementedConnection::Start(const InvalidateByWriteParams&,
                                    ResultCallback<WriteResult> done) {
  done(absl::UnimplementedError("InvalidateByWrite"));
}

void UnimplementedConnection::Start(const InvalidateByWritesParams&,
                                    ResultCallback<WriteResult> done) {
  done(absl::UnimplementedError("InvalidateByWrites"));
}

void UnimplementedConnection::Start(const ExplainWriteParams&, ResultCallback<Explanation> done) {
  done(absl::UnimplementedError("ExplainWrite"));
}

void UnimplementedConnection::Start(const InvalidateParams&,
                                    ResultCallback<InvalidationResult> done) {
  done(absl::UnimplementedError("Invalidate"));
}

void UnimplementedConnection::Start(const InvalidateWithDependenciesParams&,
                                    ResultCallback<KeyInvalidation> done) {
  done(absl::UnimplementedError("InvalidateWithDependencies"));
}

void UnimplementedConnection::Start(const ScheduleBatchInvalidationParams&,
                                    ResultCallback<BatchSchedule> done) {
  done(absl::UnimplementedError("ScheduleBatchInvalidation"));
}

void UnimplementedConnection::Start(const FlushPendingInvalidationsParams&,
                                    ResultCallback<BatchFlush> done) {
  done(absl::UnimplementedError("FlushPendingInvalidations"));
}

void UnimplementedConnection::Start(const SetBatchDelayParams&,
                                    ResultCallback<absl::Duration> done) {
  done(absl::UnimplementedError("SetBatchDelay"));
}

void UnimplementedConnection::Start(const TrackEntriesParams&,
                                    ResultCallback<TrackEntriesResult> done) {
  done(absl::UnimplementedError("TrackEntries"));
}

void UnimplementedConnection::Start(const UntrackEntriesParams&, ResultCallback<uint32_t> done) {
  done(absl::UnimplementedError("UntrackEntries"));
}

void UnimplementedConnection::Start(const LookupEntryParams&, ResultCallback<EntryLookup> done) {
  done(absl::UnimplementedError("LookupEntry"));
}

void UnimplementedConnection::Start(const ValidateParams&, ResultCallback<Validation> done) {
  done(absl::UnimplementedError("Validate"));
}

void UnimplementedConnection::Start(const GetInvalidationStatsParams&,
                                    ResultCallback<InvalidationStats> done) {
  done(absl::UnimplementedError("GetInvalidationStats"));
}

void UnimplementedConnection::Start(const ListNamespacesParams&,
                                    ResultCallback<NamespacePage> done) {
  done(absl::UnimplementedError("ListNamespaces"));
}

void UnimplementedConnection::Start(const DeleteNamespaceParams&,
                                    ResultCallback<NamespaceDeletion> done) {
  done(absl::UnimplementedError("DeleteNamespace"));
}

void UnimplementedConnection::Start(const ListSubscribersParams&,
                                    ResultCallback<SubscriberPage> done) {
  done(absl::UnimplementedError("ListSubscribers"));
}

std::unique_ptr<Subscription> UnimplementedConnection::Subscribe(const SubscribeParams&) {
  return std::make_unique<SilentSubscription>();
}

std::unique_ptr<WriteStream> UnimplementedConnection::OpenWriteStream(
    const OpenWriteStreamParams&) {
  return std::make_unique<RefusingWriteStream>();
}

}  // namespace cache_invalidation::client
