#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_CONVERSION_NAMESPACE_CONVERSION_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_CONVERSION_NAMESPACE_CONVERSION_H_

#include "client/namespace.h"
#include "protos/cache_invalidation/v1/namespace_service.pb.h"

namespace cache_invalidation::client::internal {

// Requests, without request_id.
void ToProto(const ListNamespacesParams& in, v1::ListNamespacesRequest* out);
void ToProto(const DeleteNamespaceParams& in, v1::DeleteNamespaceRequest* out);

// Responses.
void ToProto(const NamespacePage& in, v1::ListNamespacesResponse* out);
NamespacePage FromProto(const v1::ListNamespacesResponse& in);

void ToProto(const NamespaceDeletion& in, v1::DeleteNamespaceResponse* out);
NamespaceDeletion FromProto(const v1::DeleteNamespaceResponse& in);

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_CONVERSION_NAMESPACE_CONVERSION_H_
