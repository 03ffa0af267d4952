// SPDX-License-Identifier: Apache-2.0

#include "server/rpc/call_limits.h"

#include <variant>

namespace cache_invalidation::rpc {
namespace {

// Counted for each response beside its bytes, so that empty ones are bounded as well. Less than
// gRPC keeps of a call: many calls that end together are no reason to cancel any.
constexpr size_t kResponseBytes = 1 << 10;

}  // namespace

absl::Status Admission::Admit() const {
  if (level_ != Level::kNothing) return absl::OkStatus();
  return absl::UnavailableError("the server has nearly run out of memory; retry with backoff");
}

absl::Status Admission::AdmitToKeep() const {
  if (level_ == Level::kAll) return absl::OkStatus();
  return absl::ResourceExhaustedError("the server has no memory to keep more");
}

absl::Status Admission::AdmitCommand(const engine::Command& command) const {
  const bool keeps = std::holds_alternative<engine::TrackEntries>(command) ||
                     std::holds_alternative<engine::AddCacheDependency>(command) ||
                     std::holds_alternative<engine::RegisterRule>(command) ||
                     std::holds_alternative<engine::RegisterRelationship>(command) ||
                     std::holds_alternative<engine::ApplyDeclarations>(command);
  return keeps ? AdmitToKeep() : absl::OkStatus();
}

// Cancels with the lock held, so that no context ends meanwhile. gRPC calls the reactor of a call
// that it cancels on another thread.
uint64_t OpenCalls::AddResponse(size_t bytes, grpc::ServerContextBase& context) {
  MutexLock lock(mutex_);
  const uint64_t added = ++last_response_;
  responses_.emplace(added, Response{kResponseBytes + bytes, &context});
  unread_bytes_ += kResponseBytes + bytes;
  while (unread_bytes_ > max_unread_bytes_ && responses_.begin()->first != added) {
    const auto oldest = responses_.begin();
    oldest->second.context->TryCancel();
    unread_bytes_ -= oldest->second.bytes;
    responses_.erase(oldest);
  }
  return added;
}

void OpenCalls::RemoveResponse(uint64_t response) {
  MutexLock lock(mutex_);
  const auto found = responses_.find(response);
  if (found == responses_.end()) return;  // it was cancelled
  unread_bytes_ -= found->second.bytes;
  responses_.erase(found);
}

}  // namespace cache_invalidation::rpc
