// SPDX-License-Identifier: Apache-2.0

#include "server/delivery/session_table.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/check.h"

namespace cache_invalidation::delivery {
namespace {

constexpr absl::Duration kSearchPause = absl::Milliseconds(100);

}  // namespace

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
  stream_ = Stream();
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

void SubscriberSession::NoteBegun(uint64_t stream, Stream begun) {
  MutexLock lock(mutex_);
  if (stream == newest_stream_) stream_ = std::move(begun);
}

void SubscriberSession::NoteSent(uint64_t stream, uint64_t revision) {
  MutexLock lock(mutex_);
  if (stream == newest_stream_) stream_.sent = revision;
}

bool SubscriberSession::Superseded(uint64_t stream) const {
  MutexLock lock(mutex_);
  return stream != newest_stream_;
}

SubscriberSession::State SubscriberSession::state() const {
  MutexLock lock(mutex_);
  return state_;
}

SubscriberSession::View SubscriberSession::view() const {
  MutexLock lock(mutex_);
  return {state_, stream_};
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

absl::StatusOr<AttachedSession> SessionTable::Attach(const SessionKey& key, SessionTerms terms,
                                                     uint64_t head, absl::Duration now) {
  MutexLock lock(mutex_);
  // Sweeping when the table has doubled keeps it within twice what is alive, at a constant cost per
  // session.
  if (size_ > 2 * left_by_sweep_ + 16) SweepLocked(now);
  const std::pair<std::string, std::string> name = {key.name, key.instance};
  if (const auto found = namespaces_.find(key.namespace_name); found != namespaces_.end()) {
    if (const auto known = found->second.find(name); known != found->second.end()) {
      return AttachedSession{known->second, known->second->Attach(terms, head, now)};
    }
  }
  if (!HasRoom(key.namespace_name, now)) {
    return absl::ResourceExhaustedError(
        absl::StrCat("too many sessions have a stream or a running lease: at most ",
                     limits_.of_namespace, " of a namespace, ", limits_.all, " in all"));
  }
  const auto session = std::make_shared<SubscriberSession>(key);
  namespaces_[key.namespace_name][name] = session;
  ++size_;
  return AttachedSession{session, session->Attach(terms, head, now)};
}

bool SessionTable::HasRoom(absl::string_view namespace_name, absl::Duration now) {
  const auto is_full = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    const auto found = namespaces_.find(namespace_name);
    return size_ >= limits_.all ||
           (found != namespaces_.end() && found->second.size() >= limits_.of_namespace);
  };
  if (!is_full()) return true;
  if (now < next_search_) return false;
  next_search_ = now + kSearchPause;
  SweepLocked(now);
  return !is_full();
}

std::vector<std::shared_ptr<SubscriberSession>> SessionTable::Of(
    absl::string_view namespace_name) const {
  std::vector<std::shared_ptr<SubscriberSession>> sessions;
  MutexLock lock(mutex_);
  const auto found = namespaces_.find(namespace_name);
  if (found == namespaces_.end()) return sessions;
  sessions.reserve(found->second.size());
  for (const auto& [name, session] : found->second) sessions.push_back(session);
  return sessions;
}

std::vector<std::shared_ptr<SubscriberSession>> SessionTable::All() const {
  std::vector<std::shared_ptr<SubscriberSession>> all;
  MutexLock lock(mutex_);
  all.reserve(size_);
  for (const auto& [namespace_name, sessions] : namespaces_) {
    for (const auto& [name, session] : sessions) all.push_back(session);
  }
  return all;
}

size_t SessionTable::CountOf(absl::string_view namespace_name) const {
  MutexLock lock(mutex_);
  const auto found = namespaces_.find(namespace_name);
  return found == namespaces_.end() ? 0 : found->second.size();
}

size_t SessionTable::Sweep(absl::Duration now) {
  MutexLock lock(mutex_);
  SweepLocked(now);
  return size_;
}

void SessionTable::SweepLocked(absl::Duration now) {
  size_ = 0;
  for (auto& [name, sessions] : namespaces_) {
    absl::erase_if(sessions, [now](const auto& entry) {
      const SubscriberSession::State state = entry.second->state();
      return state.streams == 0 && state.lease_end <= now;
    });
    size_ += sessions.size();
  }
  absl::erase_if(namespaces_, [](const auto& entry) { return entry.second.empty(); });
  left_by_sweep_ = size_;
}

}  // namespace cache_invalidation::delivery
