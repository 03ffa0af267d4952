#include "client/internal/conversion/relationship_conversion.h"

#include "client/internal/conversion/repeated.h"

namespace cache_invalidation::client::internal {
namespace {

v1::Cardinality CardinalityToProto(Cardinality in) {
  switch (in) {
    case Cardinality::kOneToOne:
      return v1::CARDINALITY_ONE_TO_ONE;
    case Cardinality::kOneToMany:
      return v1::CARDINALITY_ONE_TO_MANY;
    case Cardinality::kManyToOne:
      return v1::CARDINALITY_MANY_TO_ONE;
    case Cardinality::kManyToMany:
      return v1::CARDINALITY_MANY_TO_MANY;
  }
  return v1::CARDINALITY_UNSPECIFIED;
}

Cardinality CardinalityFromProto(v1::Cardinality in) {
  switch (in) {
    case v1::CARDINALITY_ONE_TO_ONE:
      return Cardinality::kOneToOne;
    case v1::CARDINALITY_MANY_TO_ONE:
      return Cardinality::kManyToOne;
    case v1::CARDINALITY_MANY_TO_MANY:
      return Cardinality::kManyToMany;
    default:
      return Cardinality::kOneToMany;
  }
}

}  // namespace

void ToProto(const DataRelationship& in, v1::Relationship* out) {
  out->set_name(in.name);
  out->set_source_type(in.source_type);
  ToProto(in.target_types, out->mutable_target_types());
  out->set_cardinality(CardinalityToProto(in.cardinality));
  out->set_cascade_depth(in.cascade_depth);
  out->set_target_tag_template(in.target_tag_template);
  out->set_description(in.description);
  ToProto(in.accepted_warnings, out->mutable_accepted_warnings());
}

DataRelationship FromProto(const v1::Relationship& in) {
  return {.name = in.name(),
          .source_type = in.source_type(),
          .target_types = FromProto(in.target_types()),
          .cardinality = CardinalityFromProto(in.cardinality()),
          .cascade_depth = in.cascade_depth(),
          .target_tag_template = in.target_tag_template(),
          .description = in.description(),
          .accepted_warnings = FromProto(in.accepted_warnings())};
}

}  // namespace cache_invalidation::client::internal
