#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_CONVERSION_RELATIONSHIP_SERVICE_CONVERSION_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_CONVERSION_RELATIONSHIP_SERVICE_CONVERSION_H_

#include "client/relationship.h"
#include "protos/cache_invalidation/v1/relationship_service.pb.h"

namespace cache_invalidation::client::internal {

// Requests, without the fields of every request: namespace and request_id.
void ToProto(const RegisterDataRelationshipParams& in, v1::RegisterRelationshipRequest* out);
void ToProto(const GetDataRelationshipParams& in, v1::GetRelationshipRequest* out);
void ToProto(const ListDataRelationshipsParams& in, v1::ListRelationshipsRequest* out);
void ToProto(const DeleteDataRelationshipParams& in, v1::DeleteRelationshipRequest* out);

// Responses.
void ToProto(const RelationshipRegistration& in, v1::RegisterRelationshipResponse* out);
RelationshipRegistration FromProto(const v1::RegisterRelationshipResponse& in);

DataRelationship FromProto(const v1::GetRelationshipResponse& in);

void ToProto(const RelationshipPage& in, v1::ListRelationshipsResponse* out);
RelationshipPage FromProto(const v1::ListRelationshipsResponse& in);

inline bool FromProto(const v1::DeleteRelationshipResponse& in) { return in.found(); }

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_CONVERSION_RELATIONSHIP_SERVICE_CONVERSION_H_
