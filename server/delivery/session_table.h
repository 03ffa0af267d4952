#ifndef CACHE_INVALIDATION_SERVER_DELIVERY_SESSION_TABLE_H_
#define CACHE_INVALIDATION_SERVER_DELIVERY_SESSION_TABLE_H_

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/limits.h"
#include "common/mutex.h"
#include "server/delivery/subscriber_session.h"

namespace cache_invalidation::delivery {

// Sessions with a stream or a running lease, about 500 bytes each. A session outlives its stream by
// its lease, so a client that reconnects repeatedly has more sessions than streams.
inline constexpr size_t kMaxSessions = 4 * kMaxSubscriptions;
inline constexpr size_t kMaxSessionsPerNamespace = kMaxSubscriptions;

// A session, and how its new stream begins.
struct AttachedSession {
  std::shared_ptr<SubscriberSession> session;
  SubscriberSession::Attachment attachment;
};

struct SessionLimits {
  size_t all = kMaxSessions;
  size_t of_namespace = kMaxSessionsPerNamespace;
};

// All sessions that have a stream or a running lease. Thread-safe.
class SessionTable {
 public:
  explicit SessionTable(SessionLimits limits = {}) : limits_(limits) {}

  // The session of that subscriber, attached. Its stream detaches it when it closes. `head`: see
  // SubscriberSession::Attach. RESOURCE_EXHAUSTED: a limit is reached.
  absl::StatusOr<AttachedSession> Attach(const SessionKey& key, SessionTerms terms, uint64_t head,
                                         absl::Duration now) ABSL_LOCKS_EXCLUDED(mutex_);

  // The sessions of a namespace, in no order; some may be over.
  std::vector<std::shared_ptr<SubscriberSession>> Of(absl::string_view namespace_name) const
      ABSL_LOCKS_EXCLUDED(mutex_);
  size_t CountOf(absl::string_view namespace_name) const ABSL_LOCKS_EXCLUDED(mutex_);

  // Drops the sessions that are over; returns how many are left.
  size_t Sweep(absl::Duration now) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  // By name and instance.
  using Sessions =
      absl::flat_hash_map<std::pair<std::string, std::string>, std::shared_ptr<SubscriberSession>>;

  void SweepLocked(absl::Duration now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Whether there is room for one more, once those that are over are dropped.
  bool HasRoom(absl::string_view namespace_name, absl::Duration now)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const SessionLimits limits_;
  // A refused client may try again at once, and searching for room costs more than refusing.
  absl::Duration next_search_ ABSL_GUARDED_BY(mutex_) = -absl::InfiniteDuration();

  mutable Mutex mutex_;  // taken before that of a session
  absl::flat_hash_map<std::string, Sessions> namespaces_ ABSL_GUARDED_BY(mutex_);  // none is empty
  size_t size_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t left_by_sweep_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace cache_invalidation::delivery

#endif  // CACHE_INVALIDATION_SERVER_DELIVERY_SESSION_TABLE_H_
