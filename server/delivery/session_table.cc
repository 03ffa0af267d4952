#include "server/delivery/session_table.h"

namespace cache_invalidation::delivery {

std::shared_ptr<SubscriberSession> SessionTable::Attach(const SessionKey& key, SessionTerms terms,
                                                        absl::Duration now) {
  MutexLock lock(mutex_);
  // Sweeping when the table has doubled keeps it within twice what is alive, at a constant cost per
  // session.
  if (sessions_.size() > 2 * left_by_sweep_ + 16) SweepLocked(now);
  std::shared_ptr<SubscriberSession>& session = sessions_[key];
  if (session == nullptr) session = std::make_shared<SubscriberSession>(key);
  session->Attach(terms, now);
  return session;
}

size_t SessionTable::Sweep(absl::Duration now) {
  MutexLock lock(mutex_);
  SweepLocked(now);
  return sessions_.size();
}

void SessionTable::SweepLocked(absl::Duration now) {
  absl::erase_if(sessions_, [now](const auto& entry) {
    const SubscriberSession::State state = entry.second->state();
    return state.streams == 0 && state.lease_end <= now;
  });
  left_by_sweep_ = sessions_.size();
}

}  // namespace cache_invalidation::delivery
