#include "server/shard/mailbox.h"

#include <algorithm>
#include <utility>

namespace cache_invalidation::shard {

Mailbox::Mailbox(MailboxLimits limits, Clock& clock) : limits_(limits), clock_(clock) {}

absl::Status Mailbox::Push(std::unique_ptr<Submission> submission) {
  MutexLock lock(mutex_);
  if (contents_.closed) {
    return absl::UnavailableError("the server is stopping");
  }
  if (contents_.submissions.size() >= limits_.submissions ||
      contents_.bytes + submission->size_bytes > limits_.bytes) {
    return absl::UnavailableError("the server is overloaded; retry with backoff");
  }
  const bool was_idle = idle();
  contents_.bytes += submission->size_bytes;
  contents_.submissions.push_back(std::move(submission));
  if (was_idle) {
    arrived_.NotifyOne();
  }
  return absl::OkStatus();
}

void Mailbox::PushTrim(absl::string_view namespace_name, uint64_t floor) {
  MutexLock lock(mutex_);
  if (contents_.closed) {
    return;
  }
  const bool was_idle = idle();
  uint64_t& wanted = contents_.trims[std::string(namespace_name)];
  wanted = std::max(wanted, floor);
  if (was_idle) {
    arrived_.NotifyOne();
  }
}

Mailbox::Contents Mailbox::Take(absl::Duration deadline) {
  MutexLock lock(mutex_);
  while (idle()) {
    if (clock_.WaitUntil(mutex_, arrived_, deadline)) {
      break;
    }
  }
  Contents taken;
  std::swap(taken, contents_);
  contents_.closed = taken.closed;
  return taken;
}

void Mailbox::Close() {
  MutexLock lock(mutex_);
  contents_.closed = true;
  arrived_.NotifyAll();
}

}  // namespace cache_invalidation::shard
