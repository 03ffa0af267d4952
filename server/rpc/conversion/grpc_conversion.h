// The types of gRPC's API: messages as byte buffers, errors as its status.

#ifndef CACHE_INVALIDATION_SERVER_RPC_CONVERSION_GRPC_CONVERSION_H_
#define CACHE_INVALIDATION_SERVER_RPC_CONVERSION_GRPC_CONVERSION_H_

#include <memory>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "google/protobuf/message_lite.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/slice.h"
#include "grpcpp/support/status.h"

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

// The only conversion of our errors to gRPC's. The codes have the same numbers; a message is cut at
// 1 KiB, because it is sent in a header.
grpc::Status ToGrpcStatus(const absl::Status& status);

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_CONVERSION_GRPC_CONVERSION_H_
