#include "client/internal/subscription_mailbox.h"

#include <utility>

namespace cache_invalidation::client::internal {

void SubscriptionMailbox::PutMessage(v1::SubscribeResponse message) {
  MutexLock lock(mutex_);
  mail_.message = std::move(message);
  woken_ = true;
  changed_.NotifyAll();
}

void SubscriptionMailbox::PutClosing() {
  MutexLock lock(mutex_);
  mail_.closing = true;
  woken_ = true;
  changed_.NotifyAll();
}

void SubscriptionMailbox::PutSent() {
  MutexLock lock(mutex_);
  mail_.sending = false;
  woken_ = true;
  changed_.NotifyAll();
}

void SubscriptionMailbox::PutEnded(absl::Status status) {
  MutexLock lock(mutex_);
  ended_ = std::move(status);
  changed_.NotifyAll();
}

void SubscriptionMailbox::PutAcknowledged(const Position& position) {
  MutexLock lock(mutex_);
  std::optional<Position>& latest = mail_.acknowledged;
  if (!latest.has_value() || latest->epoch != position.epoch ||
      latest->revision < position.revision) {
    latest = position;
  }
  woken_ = true;
  changed_.NotifyAll();
}

void SubscriptionMailbox::Stop() {
  MutexLock lock(mutex_);
  mail_.stopped = true;
  woken_ = true;
  changed_.NotifyAll();
}

void SubscriptionMailbox::SetSending() {
  MutexLock lock(mutex_);
  mail_.sending = true;
}

SubscriptionMailbox::Mail SubscriptionMailbox::Take(absl::Duration deadline) {
  MutexLock lock(mutex_);
  while (!woken_ && clock_.Monotonic() < deadline) {
    clock_.WaitUntil(mutex_, changed_, deadline);
  }
  woken_ = false;
  Mail taken = std::move(mail_);
  mail_ = {};
  mail_.sending = taken.sending;
  mail_.stopped = taken.stopped;
  return taken;
}

absl::Status SubscriptionMailbox::TakeEnd() {
  MutexLock lock(mutex_);
  while (!ended_.has_value()) changed_.Wait(mutex_);
  absl::Status status = *std::move(ended_);
  ended_.reset();
  mail_.message.reset();
  mail_.closing = false;
  mail_.sending = false;
  return status;
}

void SubscriptionMailbox::Sleep(absl::Duration deadline) {
  MutexLock lock(mutex_);
  while (!mail_.stopped && clock_.Monotonic() < deadline) {
    clock_.WaitUntil(mutex_, changed_, deadline);
  }
}

bool SubscriptionMailbox::stopped() const {
  MutexLock lock(mutex_);
  return mail_.stopped;
}

}  // namespace cache_invalidation::client::internal
