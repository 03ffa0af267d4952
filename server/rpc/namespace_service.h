#ifndef CACHE_INVALIDATION_SERVER_RPC_NAMESPACE_SERVICE_H_
#define CACHE_INVALIDATION_SERVER_RPC_NAMESPACE_SERVICE_H_

#include <memory>

#include "server/rpc/backend.h"

namespace grpc {
class Service;
}  // namespace grpc

namespace cache_invalidation::rpc {

// cache_invalidation.v1.NamespaceService. Thread-safe. What `backend` refers to must outlive it.
std::unique_ptr<grpc::Service> MakeNamespaceService(const Backend& backend);

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_NAMESPACE_SERVICE_H_
