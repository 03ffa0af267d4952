#include "server/rpc/byte_buffer.h"

#include <cstdint>

#include "common/check.h"
#include "grpcpp/support/slice.h"

namespace cache_invalidation::rpc {

grpc::ByteBuffer ToByteBuffer(const google::protobuf::MessageLite& message) {
  grpc::Slice slice(message.ByteSizeLong());
  message.SerializeWithCachedSizesToArray(const_cast<uint8_t*>(slice.begin()));
  return grpc::ByteBuffer(&slice, 1);
}

ReceivedBytes::ReceivedBytes(const grpc::ByteBuffer& buffer) {
  if (buffer.TrySingleSlice(&slice_).ok()) return;
  Check(buffer.DumpToSingleSlice(&slice_).ok(), "a received buffer can be read");
}

}  // namespace cache_invalidation::rpc
