#include "server/rpc/status.h"

#include <cstddef>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

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

grpc::Status ToGrpcStatus(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  const absl::string_view message = Cut(status.message(), kMaxMessageBytes);
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()),
                      message.size() == status.message().size() ? std::string(message)
                                                                : absl::StrCat(message, "..."));
}

}  // namespace cache_invalidation::rpc
