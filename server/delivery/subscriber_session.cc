#include "server/delivery/subscriber_session.h"

#include <algorithm>

#include "common/check.h"
#include "common/limits.h"

namespace cache_invalidation::delivery {

void SubscriberSession::ExtendLease(absl::Duration now) {
  state_.lease_end = std::max(state_.lease_end, now + lease_ + lease_ / 10 + kLeaseMargin);
}

void SubscriberSession::Attach(SessionTerms terms, absl::Duration now) {
  MutexLock lock(mutex_);
  ++state_.streams;
  state_.acknowledges = terms.acknowledges;
  lease_ = terms.lease;
  ExtendLease(now);
}

void SubscriberSession::Detach() {
  MutexLock lock(mutex_);
  Check(state_.streams > 0, "a session loses only streams that it had");
  --state_.streams;
}

void SubscriberSession::Renew(absl::Duration now) {
  MutexLock lock(mutex_);
  ExtendLease(now);
}

void SubscriberSession::Acknowledge(uint64_t revision) {
  MutexLock lock(mutex_);
  state_.acknowledged_revision = std::max(state_.acknowledged_revision, revision);
}

SubscriberSession::State SubscriberSession::state() const {
  MutexLock lock(mutex_);
  return state_;
}

}  // namespace cache_invalidation::delivery
