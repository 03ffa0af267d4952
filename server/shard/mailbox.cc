// SPDX-License-Identifier: Apache-2.0

#include "server/shard/mailbox.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace cache_invalidation::shard {

absl::Status Mailbox::Push(std::unique_ptr<Submission> submission) {
  const size_t bytes = Counted(*submission);
  MutexLock lock(mutex_);
  if (closed_) {
    return absl::UnavailableError("the server is stopping");
  }
  const auto known = shares_.find(submission->namespace_name);
  const Share own = known == shares_.end() ? Share() : known->second;
  // Twice: it leaves free at least as much as it takes.
  if (all_.submissions + own.submissions + 2 > limits_.submissions ||
      all_.bytes + own.bytes + 2 * bytes > limits_.bytes) {
    return absl::UnavailableError(own.submissions == 0
                                      ? "the server is overloaded; retry with backoff"
                                      : absl::StrCat("the server is overloaded: the namespace ",
                                                     submission->namespace_name,
                                                     " has its share with ", own.submissions,
                                                     " requests that wait; retry with backoff"));
  }
  const bool was_idle = idle();
  Share& share = shares_[submission->namespace_name];
  ++share.submissions;
  share.bytes += bytes;
  ++all_.submissions;
  all_.bytes += bytes;
  arrived_bytes_ += submission->size_bytes;
  arrived_.push_back(std::move(submission));
  if (was_idle) {
    changed_.NotifyOne();
  }
  return absl::OkStatus();
}

void Mailbox::PushTrim(absl::string_view namespace_name, uint64_t floor) {
  MutexLock lock(mutex_);
  if (closed_) {
    return;
  }
  const bool was_idle = idle();
  uint64_t& wanted = trims_[std::string(namespace_name)];
  wanted = std::max(wanted, floor);
  if (was_idle) {
    changed_.NotifyOne();
  }
}

Mailbox::Contents Mailbox::Take(absl::Duration deadline) {
  MutexLock lock(mutex_);
  while (idle()) {
    if (clock_.WaitUntil(mutex_, changed_, deadline)) {
      break;
    }
  }
  return {.submissions = std::exchange(arrived_, {}),
          .bytes = std::exchange(arrived_bytes_, 0),
          .trims = std::exchange(trims_, {}),
          .closed = closed_};
}

void Mailbox::Release(absl::Span<const std::unique_ptr<Submission>> applied) {
  MutexLock lock(mutex_);
  for (const std::unique_ptr<Submission>& submission : applied) {
    const size_t bytes = Counted(*submission);
    const auto share = shares_.find(submission->namespace_name);
    --share->second.submissions;
    share->second.bytes -= bytes;
    --all_.submissions;
    all_.bytes -= bytes;
    if (share->second.submissions == 0) shares_.erase(share);
  }
}

void Mailbox::Close() {
  MutexLock lock(mutex_);
  closed_ = true;
  changed_.NotifyAll();
}

}  // namespace cache_invalidation::shard
