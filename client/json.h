// SPDX-License-Identifier: Apache-2.0

// Converts the types of the SDK to JSON, in protobuf's JSON mapping of the messages that they
// represent: lowerCamelCase names, 64-bit numbers as strings, enums by their names in the contract.
// grpc-gateway, buf curl and cachectl print the same form, and rule files are read from it.
//
//   const std::string line = ToJson(event);  // {"revision":"7","part":0,"lastPart":true,...}
//   const absl::StatusOr<WriteEvent> write =
//       WriteFromJson(R"({"resourceType": "user", "resourceId": "42", "operation": "update"})");
//
// All functions are pure. Unknown names are refused when reading.

#ifndef CACHE_INVALIDATION_CLIENT_JSON_H_
#define CACHE_INVALIDATION_CLIENT_JSON_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "client/declaration.h"
#include "client/dependency.h"
#include "client/entry.h"
#include "client/event.h"
#include "client/explanation.h"
#include "client/invalidation.h"
#include "client/namespace.h"
#include "client/relationship.h"
#include "client/rule.h"
#include "client/stats.h"
#include "client/subscriber.h"
#include "client/subscription.h"
#include "client/write_event.h"

namespace cache_invalidation::client {

enum class JsonFields {
  // All fields, including those with their default: 0, false, "" and empty lists.
  kAll,
  // Only fields that differ from their default: shorter, and reads back to the same value.
  kSet,
};

std::string ToJson(const InvalidationRule& in, JsonFields fields = JsonFields::kAll);
std::string ToJson(const RuleRegistration& in, JsonFields fields = JsonFields::kAll);
std::string ToJson(const StoredRule& in, JsonFields fields = JsonFields::kAll);
std::string ToJson(const RulePage& in, JsonFields fields = JsonFields::kAll);
std::string ToJson(const DataRelationship& in, JsonFields fields = JsonFields::kAll);
std::string ToJson(const RelationshipRegistration& in, JsonFields fields = JsonFields::kAll);
std::string ToJson(const RelationshipPage& in, JsonFields fields = JsonFields::kAll);
std::string ToJson(const ApplyDeclarationsResult& in, JsonFields fields = JsonFields::kAll);
std::string ToJson(const DependencyAddition& in, JsonFields fields = JsonFields::kAll);
std::string ToJson(const DependencyRemoval& in, JsonFields fields = JsonFields::kAll);
std::string ToJson(const DependencyPage& in, JsonFields fields = JsonFields::kAll);
std::string ToJson(const WriteEvent& in, JsonFields fields = JsonFields::kAll);
std::string ToJson(const WriteResult& in, JsonFields fields = JsonFields::kAll);
std::string ToJson(const Explanation& in, JsonFields fields = JsonFields::kAll);
std::string ToJson(const InvalidationResult& in, JsonFields fields = JsonFields::kAll);
std::string ToJson(const KeyInvalidation& in, JsonFields fields = JsonFields::kAll);
std::string ToJson(const BatchSchedule& in, JsonFields fields = JsonFields::kAll);
std::string ToJson(const BatchFlush& in, JsonFields fields = JsonFields::kAll);
std::string ToJson(const TrackEntriesResult& in, JsonFields fields = JsonFields::kAll);
std::string ToJson(const EntryLookup& in, JsonFields fields = JsonFields::kAll);
std::string ToJson(const Validation& in, JsonFields fields = JsonFields::kAll);
std::string ToJson(const InvalidationStats& in, JsonFields fields = JsonFields::kAll);
std::string ToJson(const NamespacePage& in, JsonFields fields = JsonFields::kAll);
std::string ToJson(const NamespaceDeletion& in, JsonFields fields = JsonFields::kAll);
std::string ToJson(const SubscriberPage& in, JsonFields fields = JsonFields::kAll);
std::string ToJson(const Event& in, JsonFields fields = JsonFields::kAll);
std::string ToJson(const SubscriptionReset& in, JsonFields fields = JsonFields::kAll);

// Why a text could not be read: where, as a path of names and indexes such as
// `relationships[0].cascadeDepth` (empty: the text as a whole), and what is wrong there.
struct JsonError {
  std::string path;
  std::string message;
};

// Fail with INVALID_ARGUMENT if the text cannot be read; `error`, if given, is set to where and
// why.
absl::StatusOr<InvalidationRule> RuleFromJson(absl::string_view json, JsonError* error = nullptr);
absl::StatusOr<DataRelationship> RelationshipFromJson(absl::string_view json,
                                                      JsonError* error = nullptr);
absl::StatusOr<WriteEvent> WriteFromJson(absl::string_view json, JsonError* error = nullptr);

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_JSON_H_
