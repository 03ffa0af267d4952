// SPDX-License-Identifier: Apache-2.0

// Between the types of the SDK and the messages of the contract, both ways.
//
// Requests are converted without the fields of every request: namespace and request_id.

#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_CONVERSION_CONVERSION_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_CONVERSION_CONVERSION_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "client/call_options.h"
#include "client/declaration.h"
#include "client/dependency.h"
#include "client/entry.h"
#include "client/event.h"
#include "client/explanation.h"
#include "client/invalidation.h"
#include "client/namespace.h"
#include "client/position.h"
#include "client/relationship.h"
#include "client/rule.h"
#include "client/stats.h"
#include "client/strategy.h"
#include "client/subscriber.h"
#include "client/subscription.h"
#include "client/waiting.h"
#include "client/write_event.h"
#include "common/json_value.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "protos/cache_invalidation/v1/cache_entry_service.pb.h"
#include "protos/cache_invalidation/v1/declaration_service.pb.h"
#include "protos/cache_invalidation/v1/dependency_service.pb.h"
#include "protos/cache_invalidation/v1/event.pb.h"
#include "protos/cache_invalidation/v1/explanation.pb.h"
#include "protos/cache_invalidation/v1/invalidation_service.pb.h"
#include "protos/cache_invalidation/v1/namespace_service.pb.h"
#include "protos/cache_invalidation/v1/position.pb.h"
#include "protos/cache_invalidation/v1/relationship.pb.h"
#include "protos/cache_invalidation/v1/relationship_service.pb.h"
#include "protos/cache_invalidation/v1/rule.pb.h"
#include "protos/cache_invalidation/v1/rule_service.pb.h"
#include "protos/cache_invalidation/v1/stats_service.pb.h"
#include "protos/cache_invalidation/v1/strategy.pb.h"
#include "protos/cache_invalidation/v1/subscription_service.pb.h"
#include "protos/cache_invalidation/v1/waiting.pb.h"
#include "protos/cache_invalidation/v1/write_event_service.pb.h"

namespace cache_invalidation::client::internal {

// ---- Values of many messages: value_conversion.cc

// Durations beyond the range of the message (10,000 years) become the longest in range.
void ToProto(absl::Duration in, google::protobuf::Duration* out);
absl::Duration FromProto(const google::protobuf::Duration& in);
void ToProto(absl::Time in, google::protobuf::Timestamp* out);
absl::Time FromProto(const google::protobuf::Timestamp& in);

// Of members with the same name the last one counts. The other way, members are sorted by name.
void ToProto(const JsonValue::Object& in, google::protobuf::Struct* out);
void ToProto(const JsonValue& in, google::protobuf::Value* out);
JsonValue::Object FromProto(const google::protobuf::Struct& in);
JsonValue FromProto(const google::protobuf::Value& in);

void ToProto(const std::vector<std::string>& in,
             google::protobuf::RepeatedPtrField<std::string>* out);
std::vector<std::string> FromProto(const google::protobuf::RepeatedPtrField<std::string>& in);

void ToProto(const Position& in, v1::Position* out);
Position FromProto(const v1::Position& in);
v1::InvalidationStrategy ToProto(InvalidationStrategy in);
// An unknown strategy becomes kImmediate.
InvalidationStrategy FromProto(v1::InvalidationStrategy in);
void ToProto(const Waiting& in, v1::Waiting* out);
Waiting FromProto(const v1::Waiting& in);

// ---- Rules and relationships: rule_conversion.cc

void ToProto(const DataRelationship& in, v1::Relationship* out);
// An unknown cardinality becomes kOneToMany, a depth of 0 the default.
DataRelationship FromProto(const v1::Relationship& in);
void ToProto(const InvalidationRule& in, v1::Rule* out);
InvalidationRule FromProto(const v1::Rule& in);

void ToProto(const RegisterInvalidationRuleParams& in, v1::RegisterRuleRequest* out);
void ToProto(const GetInvalidationRuleParams& in, v1::GetRuleRequest* out);
void ToProto(const ListInvalidationRulesParams& in, v1::ListRulesRequest* out);
void ToProto(const DeleteInvalidationRuleParams& in, v1::DeleteRuleRequest* out);
void ToProto(const RuleRegistration& in, v1::RegisterRuleResponse* out);
RuleRegistration FromProto(const v1::RegisterRuleResponse& in);
void ToProto(const StoredRule& in, v1::GetRuleResponse* out);
StoredRule FromProto(const v1::GetRuleResponse& in);
void ToProto(const RuleDetail& in, v1::RuleDetail* out);
RuleDetail FromProto(const v1::RuleDetail& in);
void ToProto(const RulePage& in, v1::ListRulesResponse* out);
RulePage FromProto(const v1::ListRulesResponse& in);
inline bool FromProto(const v1::DeleteRuleResponse& in) { return in.found(); }

void ToProto(const RegisterDataRelationshipParams& in, v1::RegisterRelationshipRequest* out);
void ToProto(const GetDataRelationshipParams& in, v1::GetRelationshipRequest* out);
void ToProto(const ListDataRelationshipsParams& in, v1::ListRelationshipsRequest* out);
void ToProto(const DeleteDataRelationshipParams& in, v1::DeleteRelationshipRequest* out);
void ToProto(const RelationshipRegistration& in, v1::RegisterRelationshipResponse* out);
RelationshipRegistration FromProto(const v1::RegisterRelationshipResponse& in);
DataRelationship FromProto(const v1::GetRelationshipResponse& in);
void ToProto(const RelationshipPage& in, v1::ListRelationshipsResponse* out);
RelationshipPage FromProto(const v1::ListRelationshipsResponse& in);
inline bool FromProto(const v1::DeleteRelationshipResponse& in) { return in.found(); }

void ToProto(const ApplyDeclarationsParams& in, v1::ApplyDeclarationsRequest* out);
void ToProto(const DeclarationResult& in, v1::DeclarationResult* out);
DeclarationResult FromProto(const v1::DeclarationResult& in);
void ToProto(const ApplyDeclarationsResult& in, v1::ApplyDeclarationsResponse* out);
ApplyDeclarationsResult FromProto(const v1::ApplyDeclarationsResponse& in);

// ---- Writes and invalidations: invalidation_conversion.cc

void ToProto(const WriteEvent& in, v1::WriteEvent* out);
WriteEvent FromProto(const v1::WriteEvent& in);
void ToProto(const InvalidateByWriteParams& in, v1::InvalidateByWriteRequest* out);
void ToProto(const InvalidateByWritesParams& in, v1::InvalidateByWritesRequest* out);
// The result of a command and of waiting are one struct here.
void ToProto(const WriteResult& in, v1::InvalidateByWritesResponse* out);
WriteResult FromProto(const v1::InvalidateByWritesResponse& in);
WriteResult FromProto(const v1::InvalidateByWriteResponse& in);

void ToProto(const InvalidateParams& in, v1::InvalidateRequest* out);
void ToProto(const InvalidateWithDependenciesParams& in,
             v1::InvalidateWithDependenciesRequest* out);
void ToProto(const ScheduleBatchInvalidationParams& in, v1::ScheduleBatchInvalidationRequest* out);
void ToProto(const FlushPendingInvalidationsParams& in, v1::FlushPendingInvalidationsRequest* out);
void ToProto(const SetBatchDelayParams& in, v1::SetBatchDelayRequest* out);
void ToProto(const InvalidationResult& in, v1::InvalidateResponse* out);
InvalidationResult FromProto(const v1::InvalidateResponse& in);
void ToProto(const KeyInvalidation& in, v1::InvalidateWithDependenciesResponse* out);
KeyInvalidation FromProto(const v1::InvalidateWithDependenciesResponse& in);
void ToProto(const BatchSchedule& in, v1::ScheduleBatchInvalidationResponse* out);
BatchSchedule FromProto(const v1::ScheduleBatchInvalidationResponse& in);
void ToProto(const BatchFlush& in, v1::FlushPendingInvalidationsResponse* out);
BatchFlush FromProto(const v1::FlushPendingInvalidationsResponse& in);
// The previous delay.
absl::Duration FromProto(const v1::SetBatchDelayResponse& in);

// ---- Entries and dependencies: entry_conversion.cc

void ToProto(const TrackedEntry& in, v1::TrackedEntry* out);
void ToProto(const KeyWithTags& in, v1::KeyWithTags* out);
void ToProto(const TrackEntriesParams& in, v1::TrackEntriesRequest* out);
void ToProto(const UntrackEntriesParams& in, v1::UntrackEntriesRequest* out);
void ToProto(const LookupEntryParams& in, v1::LookupEntryRequest* out);
void ToProto(const ValidateParams& in, v1::ValidateRequest* out);
void ToProto(const TrackResult& in, v1::TrackResult* out);
TrackResult FromProto(const v1::TrackResult& in);
void ToProto(const TrackEntriesResult& in, v1::TrackEntriesResponse* out);
TrackEntriesResult FromProto(const v1::TrackEntriesResponse& in);
inline uint32_t FromProto(const v1::UntrackEntriesResponse& in) { return in.found(); }
void ToProto(const EntryLookup& in, v1::LookupEntryResponse* out);
EntryLookup FromProto(const v1::LookupEntryResponse& in);
void ToProto(const Validation& in, v1::ValidateResponse* out);
Validation FromProto(const v1::ValidateResponse& in);

void ToProto(const AddCacheDependencyParams& in, v1::AddCacheDependencyRequest* out);
void ToProto(const RemoveCacheDependencyParams& in, v1::RemoveCacheDependencyRequest* out);
void ToProto(const ListCacheDependenciesParams& in, v1::ListCacheDependenciesRequest* out);
void ToProto(const DependencyAddition& in, v1::AddCacheDependencyResponse* out);
DependencyAddition FromProto(const v1::AddCacheDependencyResponse& in);
void ToProto(const DependencyRemoval& in, v1::RemoveCacheDependencyResponse* out);
DependencyRemoval FromProto(const v1::RemoveCacheDependencyResponse& in);
void ToProto(const CacheDependency& in, v1::CacheDependency* out);
CacheDependency FromProto(const v1::CacheDependency& in);
void ToProto(const DependencyPage& in, v1::ListCacheDependenciesResponse* out);
DependencyPage FromProto(const v1::ListCacheDependenciesResponse& in);

// ---- Events and subscriptions: event_conversion.cc

void ToProto(const Cause& in, v1::Cause* out);
Cause FromProto(const v1::Cause& in);
// Values that this client does not know become those that drop more: kinds become kEvict, targets
// kEverything.
void ToProto(const Invalidation& in, v1::Invalidation* out);
Invalidation FromProto(const v1::Invalidation& in);
// Converts a complete revision, of one part or assembled from its parts.
void ToProto(const Event& in, v1::Event* out);
// Converts one part of a revision. The message has no epoch.
Event FromProto(const v1::Event& in);

// Does not set namespace, instance and start position, which differ between streams.
void ToProto(const SubscriptionOptions& in, v1::Subscription* out);
// Lease and heartbeat are zero if the message has none.
SubscriptionStarted FromProto(const v1::Started& in);
void ToProto(const SubscriptionReset& in, v1::Reset* out);
SubscriptionReset FromProto(const v1::Reset& in);

void ToProto(const ListSubscribersParams& in, v1::ListSubscribersRequest* out);
void ToProto(const FilterSummary& in, v1::FilterSummary* out);
FilterSummary FromProto(const v1::FilterSummary& in);
void ToProto(const Subscriber& in, v1::Subscriber* out);
Subscriber FromProto(const v1::Subscriber& in);
void ToProto(const SubscriberPage& in, v1::ListSubscribersResponse* out);
SubscriberPage FromProto(const v1::ListSubscribersResponse& in);

// ---- Namespaces, statistics and explanations: namespace_conversion.cc

void ToProto(const ListNamespacesParams& in, v1::ListNamespacesRequest* out);
void ToProto(const DeleteNamespaceParams& in, v1::DeleteNamespaceRequest* out);
void ToProto(const NamespacePage& in, v1::ListNamespacesResponse* out);
NamespacePage FromProto(const v1::ListNamespacesResponse& in);
void ToProto(const NamespaceDeletion& in, v1::DeleteNamespaceResponse* out);
NamespaceDeletion FromProto(const v1::DeleteNamespaceResponse& in);

inline void ToProto(const GetInvalidationStatsParams&, v1::GetInvalidationStatsRequest*) {}
void ToProto(const InvalidationStats& in, v1::InvalidationStats* out);
InvalidationStats FromProto(const v1::InvalidationStats& in);
InvalidationStats FromProto(const v1::GetInvalidationStatsResponse& in);

void ToProto(const ExplainWriteParams& in, v1::ExplainWriteRequest* out);
void ToProto(const ExplanationNode& in, v1::ExplanationNode* out);
ExplanationNode FromProto(const v1::ExplanationNode& in);
void ToProto(const Explanation& in, v1::Explanation* out);
Explanation FromProto(const v1::Explanation& in);
Explanation FromProto(const v1::ExplainWriteResponse& in);

// ---- Of any of the above

template <typename Type, typename Message>
void ToProto(const std::vector<Type>& in, google::protobuf::RepeatedPtrField<Message>* out) {
  for (const Type& element : in) ToProto(element, out->Add());
}

template <typename Message>
auto FromProto(const google::protobuf::RepeatedPtrField<Message>& in) {
  std::vector<decltype(FromProto(std::declval<const Message&>()))> out;
  for (const Message& element : in) out.push_back(FromProto(element));
  return out;
}

// Returns the value of a field that may be absent.
template <typename Message>
auto FromProtoIf(bool is_set, const Message& in) {
  return is_set ? std::optional(FromProto(in)) : std::nullopt;
}

// Sets the two fields of a request that can wait.
template <typename Request>
void SetWait(const std::optional<WaitForSubscribers>& wait, Request* out) {
  if (!wait.has_value()) return;
  out->set_wait_for_subscribers(true);
  if (wait->timeout.has_value()) ToProto(*wait->timeout, out->mutable_wait_timeout());
}

// The values of an enum of the SDK, each with that of the contract. The first pair is what a value
// that this client does not know becomes.
template <typename Ours, typename Theirs>
struct EnumPair {
  Ours ours;
  Theirs theirs;
};

template <typename Ours, typename Theirs, size_t size>
Theirs ToProto(const EnumPair<Ours, Theirs> (&pairs)[size], Ours in) {
  for (const auto& [ours, theirs] : pairs) {
    if (ours == in) return theirs;
  }
  return Theirs();  // unspecified
}

// The elements of a repeated enum are plain numbers.
template <typename Ours, typename Theirs, size_t size>
Ours FromProto(const EnumPair<Ours, Theirs> (&pairs)[size], int in) {
  for (const auto& [ours, theirs] : pairs) {
    if (theirs == in) return ours;
  }
  return pairs[0].ours;
}

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_CONVERSION_CONVERSION_H_
