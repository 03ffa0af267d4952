#ifndef CACHE_INVALIDATION_SERVER_RPC_BYTE_BUFFER_H_
#define CACHE_INVALIDATION_SERVER_RPC_BYTE_BUFFER_H_

#include <memory>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "google/protobuf/message_lite.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/slice.h"

namespace cache_invalidation::rpc {

// Makes the byte buffers passed to gRPC. Use these functions only: writing a buffer without content
// aborts the process, and so does serializing into one that has content.

// Returns a new buffer with the encoding of `message`; valid even if that is empty.
grpc::ByteBuffer ToByteBuffer(const google::protobuf::MessageLite& message);

// Returns a new buffer of these slices in order. REQUIRES: at least one.
grpc::ByteBuffer ToByteBuffer(absl::Span<const grpc::Slice> slices);

// Returns a slice that is a view of `bytes`, which `owner` keeps alive as long as gRPC needs them.
grpc::Slice ToSlice(std::shared_ptr<const void> owner, absl::string_view bytes);

// The bytes of a received buffer in one piece. Owns them (usually a reference to what gRPC
// received).
//
// Thread-compatible.
class ReceivedBytes {
 public:
  // REQUIRES: the buffer is valid, which that of a call without a message is not.
  explicit ReceivedBytes(const grpc::ByteBuffer& buffer);

  absl::string_view view() const {
    return absl::string_view(reinterpret_cast<const char*>(slice_.begin()), slice_.size());
  }

 private:
  grpc::Slice slice_;
};

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_BYTE_BUFFER_H_
