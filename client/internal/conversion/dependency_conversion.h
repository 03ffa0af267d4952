#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_CONVERSION_DEPENDENCY_CONVERSION_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_CONVERSION_DEPENDENCY_CONVERSION_H_

#include "client/dependency.h"
#include "protos/cache_invalidation/v1/dependency_service.pb.h"

namespace cache_invalidation::client::internal {

// Requests, without the fields of every request: namespace and request_id.
void ToProto(const AddCacheDependencyParams& in, v1::AddCacheDependencyRequest* out);
void ToProto(const RemoveCacheDependencyParams& in, v1::RemoveCacheDependencyRequest* out);
void ToProto(const ListCacheDependenciesParams& in, v1::ListCacheDependenciesRequest* out);

// Responses.
void ToProto(const DependencyAddition& in, v1::AddCacheDependencyResponse* out);
DependencyAddition FromProto(const v1::AddCacheDependencyResponse& in);

void ToProto(const DependencyRemoval& in, v1::RemoveCacheDependencyResponse* out);
DependencyRemoval FromProto(const v1::RemoveCacheDependencyResponse& in);

void ToProto(const CacheDependency& in, v1::CacheDependency* out);
CacheDependency FromProto(const v1::CacheDependency& in);

void ToProto(const DependencyPage& in, v1::ListCacheDependenciesResponse* out);
DependencyPage FromProto(const v1::ListCacheDependenciesResponse& in);

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_CONVERSION_DEPENDENCY_CONVERSION_H_
