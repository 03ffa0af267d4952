#include "server/delivery/session_table.h"

namespace cache_invalidation::delivery {

AttachedSession SessionTable::Attach(const SessionKey& key, SessionTerms terms, uint64_t head,
                                     absl::Duration now) {
  MutexLock lock(mutex_);
  // Sweeping when the table has doubled keeps it within twice what is alive, at a constant cost per
  // session.
  if (size_ > 2 * left_by_sweep_ + 16) SweepLocked(now);
  std::shared_ptr<SubscriberSession>& session =
      namespaces_[key.namespace_name][{key.name, key.instance}];
  if (session == nullptr) {
    session = std::make_shared<SubscriberSession>(key);
    ++size_;
  }
  return {session, session->Attach(terms, head, now)};
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
