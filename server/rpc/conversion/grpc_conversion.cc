#include "server/rpc/conversion/grpc_conversion.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/check.h"
#include "grpcpp/support/slice.h"

namespace cache_invalidation::rpc {
namespace {

constexpr size_t kMaxMessageBytes = 1024;

// At most `limit` bytes, without splitting a character.
absl::string_view Cut(absl::string_view text, size_t limit) {
  if (text.size() <= limit) return text;
  while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xC0) == 0x80) --limit;
  return text.substr(0, limit);
}

}  // namespace

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

grpc::Status ToGrpcStatus(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  const absl::string_view message = Cut(status.message(), kMaxMessageBytes);
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()),
                      message.size() == status.message().size() ? std::string(message)
                                                                : absl::StrCat(message, "..."));
}

}  // namespace cache_invalidation::rpc
