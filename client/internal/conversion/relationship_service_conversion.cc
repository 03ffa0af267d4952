#include "client/internal/conversion/relationship_service_conversion.h"

#include "client/internal/conversion/relationship_conversion.h"
#include "client/internal/conversion/repeated.h"

namespace cache_invalidation::client::internal {

void ToProto(const RegisterDataRelationshipParams& in, v1::RegisterRelationshipRequest* out) {
  ToProto(in.relationship, out->mutable_relationship());
}

void ToProto(const GetDataRelationshipParams& in, v1::GetRelationshipRequest* out) {
  out->set_name(in.name);
}

void ToProto(const ListDataRelationshipsParams& in, v1::ListRelationshipsRequest* out) {
  out->set_page_size(in.page_size);
  out->set_page_token(in.page_token);
  out->set_source_type(in.source_type);
}

void ToProto(const DeleteDataRelationshipParams& in, v1::DeleteRelationshipRequest* out) {
  out->set_name(in.name);
}

void ToProto(const RelationshipRegistration& in, v1::RegisterRelationshipResponse* out) {
  ToProto(in.relationship, out->mutable_relationship());
  ToProto(in.warnings, out->mutable_warnings());
  out->set_replaced(in.replaced);
}

RelationshipRegistration FromProto(const v1::RegisterRelationshipResponse& in) {
  return {.relationship = FromProto(in.relationship()),
          .warnings = FromProto(in.warnings()),
          .replaced = in.replaced()};
}

DataRelationship FromProto(const v1::GetRelationshipResponse& in) {
  return FromProto(in.relationship());
}

void ToProto(const RelationshipPage& in, v1::ListRelationshipsResponse* out) {
  for (const DataRelationship& relationship : in.relationships) {
    ToProto(relationship, out->add_relationships());
  }
  out->set_next_page_token(in.next_page_token);
}

RelationshipPage FromProto(const v1::ListRelationshipsResponse& in) {
  RelationshipPage out{.relationships = {}, .next_page_token = in.next_page_token()};
  for (const v1::Relationship& relationship : in.relationships()) {
    out.relationships.push_back(FromProto(relationship));
  }
  return out;
}

}  // namespace cache_invalidation::client::internal
