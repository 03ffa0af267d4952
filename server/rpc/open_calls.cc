#include "server/rpc/open_calls.h"

namespace cache_invalidation::rpc {
namespace {

// What gRPC keeps of a call beside its response.
constexpr size_t kCallBytes = 16 << 10;

}  // namespace

size_t OpenCalls::count() const {
  MutexLock lock(mutex_);
  return count_;
}

void OpenCalls::Begin() {
  MutexLock lock(mutex_);
  ++count_;
}

void OpenCalls::End(uint64_t response) {
  MutexLock lock(mutex_);
  --count_;
  const auto found = responses_.find(response);
  if (found == responses_.end()) return;
  if (found->second.context != nullptr) unread_bytes_ -= found->second.bytes;
  responses_.erase(found);
}

// Cancels with the lock held, so that no context ends meanwhile. gRPC calls the reactor of a call
// that it cancels on another thread.
uint64_t OpenCalls::AddResponse(size_t bytes, grpc::ServerContextBase& context) {
  MutexLock lock(mutex_);
  const uint64_t added = ++last_response_;
  responses_.emplace(added, Response{kCallBytes + bytes, &context});
  unread_bytes_ += kCallBytes + bytes;
  for (auto& [number, response] : responses_) {
    if (unread_bytes_ <= max_unread_bytes_ || number == added) break;
    if (response.context == nullptr) continue;
    response.context->TryCancel();
    response.context = nullptr;
    unread_bytes_ -= response.bytes;
  }
  return added;
}

}  // namespace cache_invalidation::rpc
