#include "server/rpc/byte_buffer.h"

#include <cstdint>
#include <utility>

#include "common/check.h"
#include "grpcpp/support/slice.h"

namespace cache_invalidation::rpc {

grpc::ByteBuffer ToByteBuffer(const google::protobuf::MessageLite& message) {
  grpc::Slice slice(message.ByteSizeLong());
  message.SerializeWithCachedSizesToArray(const_cast<uint8_t*>(slice.begin()));
  return grpc::ByteBuffer(&slice, 1);
}

grpc::ByteBuffer ToByteBuffer(absl::Span<const grpc::Slice> slices) {
  Check(!slices.empty(), "only a buffer that holds something may be written");
  return grpc::ByteBuffer(slices.data(), slices.size());
}

grpc::Slice ToSlice(std::shared_ptr<const void> owner, absl::string_view bytes) {
  using Owner = std::shared_ptr<const void>;
  // gRPC does not modify what it writes.
  return grpc::Slice(
      const_cast<char*>(bytes.data()), bytes.size(),
      [](void* held) { delete static_cast<Owner*>(held); }, new Owner(std::move(owner)));
}

ReceivedBytes::ReceivedBytes(const grpc::ByteBuffer& buffer) {
  if (buffer.TrySingleSlice(&slice_).ok()) return;
  Check(buffer.DumpToSingleSlice(&slice_).ok(), "a received buffer can be read");
}

}  // namespace cache_invalidation::rpc
