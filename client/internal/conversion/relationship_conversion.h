#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_CONVERSION_RELATIONSHIP_CONVERSION_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_CONVERSION_RELATIONSHIP_CONVERSION_H_

#include "client/relationship.h"
#include "protos/cache_invalidation/v1/relationship.pb.h"

namespace cache_invalidation::client::internal {

void ToProto(const DataRelationship& in, v1::Relationship* out);

// An unknown cardinality becomes kOneToMany.
DataRelationship FromProto(const v1::Relationship& in);

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_CONVERSION_RELATIONSHIP_CONVERSION_H_
