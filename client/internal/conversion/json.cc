// SPDX-License-Identifier: Apache-2.0

#include "client/json.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "client/internal/conversion/conversion.h"
#include "google/protobuf/util/json_util.h"

namespace cache_invalidation::client {
namespace {

template <typename Message, typename Type>
std::string Print(const Type& in, JsonFields fields) {
  Message message;
  internal::ToProto(in, &message);
  google::protobuf::util::JsonPrintOptions options;
  options.always_print_primitive_fields = fields == JsonFields::kAll;
  std::string json;
  // Fails only for a time that is out of range; then the text ends before it.
  (void)google::protobuf::util::MessageToJsonString(message, &json, options);
  return json;
}

// The messages of protobuf's parser are "(path) name: message", "(path): message" or "name:
// message".
JsonError ErrorOf(absl::string_view text) {
  constexpr absl::string_view kUnknown = ": Cannot find field.";
  JsonError error;
  if (absl::ConsumePrefix(&text, "(")) {
    const size_t end = text.find(')');
    error.path = std::string(text.substr(0, end));
    text.remove_prefix(end == absl::string_view::npos ? text.size() : end + 1);
    absl::ConsumePrefix(&text, " ");
  }
  if (absl::ConsumeSuffix(&text, kUnknown)) {
    absl::StrAppend(&error.path, error.path.empty() ? "" : ".", text);
    error.message = "unknown name";
  } else {
    while (absl::ConsumePrefix(&text, ":") || absl::ConsumePrefix(&text, " ")) continue;
    error.message = std::string(text);
  }
  return error;
}

template <typename Message>
auto Parse(absl::string_view json, JsonError* error)
    -> absl::StatusOr<decltype(internal::FromProto(std::declval<const Message&>()))> {
  Message message;
  const auto status = google::protobuf::util::JsonStringToMessage(
      google::protobuf::StringPiece(json.data(), json.size()), &message);
  if (status.ok()) return internal::FromProto(message);
  JsonError found = ErrorOf({status.message().data(), status.message().size()});
  const std::string where = found.path.empty() ? "" : absl::StrCat(found.path, ": ");
  absl::Status answer = absl::InvalidArgumentError(absl::StrCat(where, found.message));
  if (error != nullptr) *error = std::move(found);
  return answer;
}

}  // namespace

std::string ToJson(const InvalidationRule& in, JsonFields fields) {
  return Print<v1::Rule>(in, fields);
}

std::string ToJson(const RuleRegistration& in, JsonFields fields) {
  return Print<v1::RegisterRuleResponse>(in, fields);
}

std::string ToJson(const StoredRule& in, JsonFields fields) {
  return Print<v1::GetRuleResponse>(in, fields);
}

std::string ToJson(const RulePage& in, JsonFields fields) {
  return Print<v1::ListRulesResponse>(in, fields);
}

std::string ToJson(const DataRelationship& in, JsonFields fields) {
  return Print<v1::Relationship>(in, fields);
}

std::string ToJson(const RelationshipRegistration& in, JsonFields fields) {
  return Print<v1::RegisterRelationshipResponse>(in, fields);
}

std::string ToJson(const RelationshipPage& in, JsonFields fields) {
  return Print<v1::ListRelationshipsResponse>(in, fields);
}

std::string ToJson(const ApplyDeclarationsResult& in, JsonFields fields) {
  return Print<v1::ApplyDeclarationsResponse>(in, fields);
}

std::string ToJson(const DependencyAddition& in, JsonFields fields) {
  return Print<v1::AddCacheDependencyResponse>(in, fields);
}

std::string ToJson(const DependencyRemoval& in, JsonFields fields) {
  return Print<v1::RemoveCacheDependencyResponse>(in, fields);
}

std::string ToJson(const DependencyPage& in, JsonFields fields) {
  return Print<v1::ListCacheDependenciesResponse>(in, fields);
}

std::string ToJson(const WriteEvent& in, JsonFields fields) {
  return Print<v1::WriteEvent>(in, fields);
}

std::string ToJson(const WriteResult& in, JsonFields fields) {
  return Print<v1::InvalidateByWritesResponse>(in, fields);
}

std::string ToJson(const Explanation& in, JsonFields fields) {
  return Print<v1::Explanation>(in, fields);
}

std::string ToJson(const InvalidationResult& in, JsonFields fields) {
  return Print<v1::InvalidateResponse>(in, fields);
}

std::string ToJson(const KeyInvalidation& in, JsonFields fields) {
  return Print<v1::InvalidateWithDependenciesResponse>(in, fields);
}

std::string ToJson(const BatchSchedule& in, JsonFields fields) {
  return Print<v1::ScheduleBatchInvalidationResponse>(in, fields);
}

std::string ToJson(const BatchFlush& in, JsonFields fields) {
  return Print<v1::FlushPendingInvalidationsResponse>(in, fields);
}

std::string ToJson(const TrackEntriesResult& in, JsonFields fields) {
  return Print<v1::TrackEntriesResponse>(in, fields);
}

std::string ToJson(const EntryLookup& in, JsonFields fields) {
  return Print<v1::LookupEntryResponse>(in, fields);
}

std::string ToJson(const Validation& in, JsonFields fields) {
  return Print<v1::ValidateResponse>(in, fields);
}

std::string ToJson(const InvalidationStats& in, JsonFields fields) {
  return Print<v1::InvalidationStats>(in, fields);
}

std::string ToJson(const NamespacePage& in, JsonFields fields) {
  return Print<v1::ListNamespacesResponse>(in, fields);
}

std::string ToJson(const NamespaceDeletion& in, JsonFields fields) {
  return Print<v1::DeleteNamespaceResponse>(in, fields);
}

std::string ToJson(const SubscriberPage& in, JsonFields fields) {
  return Print<v1::ListSubscribersResponse>(in, fields);
}

std::string ToJson(const Event& in, JsonFields fields) { return Print<v1::Event>(in, fields); }

std::string ToJson(const SubscriptionReset& in, JsonFields fields) {
  return Print<v1::Reset>(in, fields);
}

absl::StatusOr<InvalidationRule> RuleFromJson(absl::string_view json, JsonError* error) {
  return Parse<v1::Rule>(json, error);
}

absl::StatusOr<DataRelationship> RelationshipFromJson(absl::string_view json, JsonError* error) {
  return Parse<v1::Relationship>(json, error);
}

absl::StatusOr<WriteEvent> WriteFromJson(absl::string_view json, JsonError* error) {
  return Parse<v1::WriteEvent>(json, error);
}

}  // namespace cache_invalidation::client
