#ifndef CACHE_INVALIDATION_SERVER_RPC_WRITE_EVENT_SERVICE_H_
#define CACHE_INVALIDATION_SERVER_RPC_WRITE_EVENT_SERVICE_H_

#include <memory>

#include "server/rpc/backend.h"

namespace grpc {
class Service;
}  // namespace grpc

namespace cache_invalidation::rpc {

class WriteStreamSet;

// cache_invalidation.v1.WriteEventService. Thread-safe. `streams` and what `backend` refers to must
// outlive it.
std::unique_ptr<grpc::Service> MakeWriteEventService(const Backend& backend,
                                                     WriteStreamSet& streams);

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_WRITE_EVENT_SERVICE_H_
