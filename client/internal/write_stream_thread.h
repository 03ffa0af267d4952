#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_WRITE_STREAM_THREAD_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_WRITE_STREAM_THREAD_H_

#include <memory>

#include "client/internal/runtime.h"
#include "client/write_stream.h"
#include "protos/cache_invalidation/v1/write_event_service.grpc.pb.h"

namespace cache_invalidation::client::internal {

// Starts a write stream: a WriteStreamCore with a thread that runs its streams.
std::unique_ptr<WriteStream> StartWriteStream(std::shared_ptr<v1::WriteEventService::Stub> stub,
                                              const Runtime& runtime,
                                              const OpenWriteStreamParams& params);

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_WRITE_STREAM_THREAD_H_
