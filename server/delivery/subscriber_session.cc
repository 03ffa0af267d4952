#include "server/delivery/subscriber_session.h"

#include <algorithm>
#include <optional>

#include "common/check.h"

namespace cache_invalidation::delivery {

absl::Duration LeaseWithMargin(absl::Duration lease) { return lease + lease / 10 + kLeaseMargin; }

void SubscriberSession::ExtendLease(absl::Duration now) {
  if (OwesLease(now)) return;
  state_.acknowledges = terms_.acknowledges;
  state_.lease = terms_.lease;
  if (state_.lease_end <= now) ++state_.leases;
  state_.lease_end = std::max(state_.lease_end, now + LeaseWithMargin(state_.lease));
}

SubscriberSession::Attachment SubscriberSession::Attach(SessionTerms terms, uint64_t head,
                                                        absl::Duration now) {
  MutexLock lock(mutex_);
  Attachment attachment{.stream = ++newest_stream_, .applied = std::nullopt};
  if (state_.lease_end > now) {
    attachment.applied = state_.applied;
  } else {
    state_.applied = 0;
    state_.first_head = head;
  }
  ++state_.streams;
  terms_ = terms;
  ExtendLease(now);
  return attachment;
}

void SubscriberSession::Detach() {
  MutexLock lock(mutex_);
  Check(state_.streams > 0, "a session loses only streams that it had");
  --state_.streams;
}

void SubscriberSession::Renew(uint64_t stream, absl::Duration now) {
  MutexLock lock(mutex_);
  if (stream == newest_stream_) ExtendLease(now);
}

bool SubscriberSession::SetApplied(uint64_t stream, uint64_t revision) {
  MutexLock lock(mutex_);
  // What a stream that does not acknowledge has applied says nothing of the cache before it.
  if (stream != newest_stream_ || state_.acknowledges != terms_.acknowledges) return false;
  if (revision <= state_.applied) return false;
  state_.applied = revision;
  return watched_;
}

bool SubscriberSession::Leave(uint64_t stream) {
  MutexLock lock(mutex_);
  if (stream != newest_stream_ || state_.acknowledges != terms_.acknowledges) return false;
  state_.lease_end = -absl::InfiniteDuration();
  return watched_;
}

bool SubscriberSession::Superseded(uint64_t stream) const {
  MutexLock lock(mutex_);
  return stream != newest_stream_;
}

SubscriberSession::State SubscriberSession::state() const {
  MutexLock lock(mutex_);
  return state_;
}

SubscriberSession::State SubscriberSession::Watch() {
  MutexLock lock(mutex_);
  watched_ = true;
  return state_;
}

void SubscriberSession::Ignore() {
  MutexLock lock(mutex_);
  watched_ = false;
}

}  // namespace cache_invalidation::delivery
