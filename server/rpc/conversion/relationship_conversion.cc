// SPDX-License-Identifier: Apache-2.0

#include "server/rpc/conversion/rule_conversion.h"

#include <cstddef>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/limits.h"
#include "common/names.h"
#include "server/engine/lint.h"
#include "server/engine/tag_template.h"
#include "server/rpc/conversion/request_conversion.h"
#include "server/wire/message_conversion.h"

namespace cache_invalidation::rpc {
namespace {

absl::Status CheckCardinality(v1::Cardinality cardinality) {
  if (wire::ToCardinality(cardinality).has_value()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("expected a known cardinality, got ", static_cast<int>(cardinality)));
}

// 0: the default.
absl::Status CheckDepth(uint32_t depth) {
  if (depth == 0) return absl::OkStatus();
  if (depth >= kMinCascadeDepth && depth <= kMaxCascadeDepth) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("expected ", kMinCascadeDepth, " to ", kMaxCascadeDepth, ", got ", depth));
}

absl::Status CheckTargetTemplate(const engine::Relationship& relationship) {
  if (relationship.target_tag_template.empty()) return absl::OkStatus();
  if (relationship.target_types.size() != 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected no template, or exactly one target type, got ",
                     relationship.target_types.size()));
  }
  absl::Status status = engine::TagTemplate::ParseForTarget(relationship.target_tag_template,
                                                            relationship.target_types.front())
                            .status();
  status.Update(CheckTagWithoutWildcard(relationship.target_tag_template));
  return status;
}

// A default name can be longer than the limit for chosen names. Registering a returned relationship
// again must not be refused for that.
absl::Status CheckRelationshipName(const engine::Relationship& relationship) {
  if (relationship.name == DefaultRelationshipName(relationship)) return absl::OkStatus();
  return CheckName(relationship.name);
}

absl::Status CheckAnyRelationshipName(absl::string_view name) {
  return CheckText(name, 1, kMaxDefaultRelationshipNameBytes);
}

ListIdentity IdentityOf(const v1::ListRelationshipsRequest& request) {
  return {"relationships", ToNamespace(request.namespace_()).value_or(""), request.source_type()};
}

}  // namespace

std::string DefaultRelationshipName(const engine::Relationship& relationship) {
  return absl::StrCat(relationship.source_type, ":",
                      engine::CardinalityName(relationship.cardinality), ":",
                      absl::StrJoin(relationship.target_types, ":"));
}

absl::Status CheckRelationship(const v1::Relationship& proto) {
  absl::Status status = AtField("source_type", CheckType(proto.source_type()));
  status.Update(CheckList("target_types", proto.target_types(), 1, kMaxTargetTypes, CheckType));
  status.Update(AtField("cardinality", CheckCardinality(proto.cardinality())));
  status.Update(AtField("cascade_depth", CheckDepth(proto.cascade_depth())));
  status.Update(AtField("description", CheckDescription(proto.description())));
  status.Update(CheckList("accepted_warnings", proto.accepted_warnings(), 0, kMaxAcceptedWarnings,
                          engine::CheckWarningName));
  return status;
}

absl::Status CompleteRelationship(engine::Relationship& relationship) {
  SortToSet(relationship.target_types);
  SortToSet(relationship.accepted_warnings);
  if (relationship.cascade_depth == 0) relationship.cascade_depth = kDefaultCascadeDepth;
  if (relationship.name.empty()) relationship.name = DefaultRelationshipName(relationship);
  absl::Status status = AtField("name", CheckRelationshipName(relationship));
  status.Update(AtField("target_tag_template", CheckTargetTemplate(relationship)));
  return status;
}

absl::StatusOr<engine::Relationship> ToRelationship(const v1::Relationship& proto) {
  absl::Status status = CheckRelationship(proto);
  if (!status.ok()) return status;
  engine::Relationship relationship = *wire::ToRelationship(proto);
  status = CompleteRelationship(relationship);
  if (!status.ok()) return status;
  return relationship;
}

absl::StatusOr<engine::RegisterRelationship> ToRegisterRelationship(
    const v1::RegisterRelationshipRequest& request) {
  absl::Status status = CheckRequestIdField(request.request_id());
  if (!status.ok()) return status;
  absl::StatusOr<engine::Relationship> relationship = ToRelationship(request.relationship());
  if (!relationship.ok()) return InField("relationship", relationship.status());
  return engine::RegisterRelationship{*std::move(relationship)};
}

absl::StatusOr<engine::GetRelationship> ToGetRelationship(
    const v1::GetRelationshipRequest& request) {
  const absl::Status status = AtField("name", CheckAnyRelationshipName(request.name()));
  if (!status.ok()) return status;
  return engine::GetRelationship{request.name()};
}

absl::StatusOr<engine::ListRelationships> ToListRelationships(
    const v1::ListRelationshipsRequest& request, google::protobuf::Arena& arena) {
  absl::Status status;
  if (!request.source_type().empty()) {
    status.Update(AtField("source_type", CheckType(request.source_type())));
  }
  const absl::StatusOr<uint32_t> limit = ToPageLimit(request.page_size());
  status.Update(limit.status());
  const auto after = ReadPageToken(IdentityOf(request), request.page_token(), arena);
  status.Update(after.status());
  if (!status.ok()) return status;
  return engine::ListRelationships{request.source_type(), (*after)->after_name(), *limit};
}

absl::StatusOr<engine::DeleteRelationship> ToDeleteRelationship(
    const v1::DeleteRelationshipRequest& request) {
  absl::Status status = AtField("name", CheckAnyRelationshipName(request.name()));
  status.Update(CheckRequestIdField(request.request_id()));
  if (!status.ok()) return status;
  return engine::DeleteRelationship{request.name()};
}

void FromRegisterRelationship(const engine::RegisterRelationshipResult& result,
                              const AnswerContext& context,
                              v1::RegisterRelationshipResponse* response) {
  wire::FromRelationship(result.relationship, response->mutable_relationship());
  FromStrings(result.warnings, response->mutable_warnings());
  response->set_replaced(result.replaced);
}

absl::Status FromGetRelationship(const v1::GetRelationshipRequest& request,
                                 const engine::GetRelationshipResult& result,
                                 const AnswerContext& context,
                                 v1::GetRelationshipResponse* response) {
  if (!result.relationship) return absl::NotFoundError("no relationship has that name");
  wire::FromRelationship(*result.relationship, response->mutable_relationship());
  return absl::OkStatus();
}

absl::Status FromListRelationships(const v1::ListRelationshipsRequest& request,
                                   const engine::ListRelationshipsResult& result,
                                   const AnswerContext& context,
                                   v1::ListRelationshipsResponse* response) {
  const size_t count =
      FillPage(result.relationships, response->mutable_relationships(), wire::FromRelationship);
  if (result.more || count < result.relationships.size()) {
    internal::v1::PageToken last;
    last.set_after_name(result.relationships[count - 1].name);
    response->set_next_page_token(MakePageToken(IdentityOf(request), std::move(last)));
  }
  return absl::OkStatus();
}

void FromDeleteRelationship(const engine::DeleteResult& result, const AnswerContext& context,
                            v1::DeleteRelationshipResponse* response) {
  response->set_found(result.found);
}

}  // namespace cache_invalidation::rpc
