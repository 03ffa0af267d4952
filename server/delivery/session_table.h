#ifndef CACHE_INVALIDATION_SERVER_DELIVERY_SESSION_TABLE_H_
#define CACHE_INVALIDATION_SERVER_DELIVERY_SESSION_TABLE_H_

#include <cstddef>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "common/mutex.h"
#include "server/delivery/subscriber_session.h"

namespace cache_invalidation::delivery {

// All sessions that have a stream or a running lease. Thread-safe.
class SessionTable {
 public:
  // The session of that subscriber, attached. Its stream detaches it when it closes.
  std::shared_ptr<SubscriberSession> Attach(const SessionKey& key, SessionTerms terms,
                                            absl::Duration now) ABSL_LOCKS_EXCLUDED(mutex_);

  // Forgets the sessions that are over and answers how many are left.
  size_t Sweep(absl::Duration now) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  void SweepLocked(absl::Duration now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Mutex mutex_;  // taken before that of a session
  absl::flat_hash_map<SessionKey, std::shared_ptr<SubscriberSession>> sessions_
      ABSL_GUARDED_BY(mutex_);
  size_t left_by_sweep_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace cache_invalidation::delivery

#endif  // CACHE_INVALIDATION_SERVER_DELIVERY_SESSION_TABLE_H_
