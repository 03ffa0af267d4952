// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_DELIVERY_HUB_H_
#define CACHE_INVALIDATION_SERVER_DELIVERY_HUB_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/clock.h"
#include "common/limits.h"
#include "common/mutex.h"
#include "server/commit/group.h"
#include "server/delivery/catch_up.h"
#include "server/delivery/channel.h"
#include "server/delivery/outbox.h"
#include "server/delivery/retention.h"
#include "server/delivery/session_table.h"
#include "server/delivery/subscription.h"
#include "server/storage/store.h"

namespace cache_invalidation::delivery {

struct HubOptions {
  // The history that positions refer to. Required.
  std::string epoch;

  // How much history is kept in memory, of all namespaces together, for subscribers near the head.
  // The newest revision is kept whatever its size.
  size_t event_cache_bytes = 64 << 20;

  // How much is retained, for subscribers that were away. More allows longer absences without a
  // Reset.
  RetentionLimits retention;

  // Reads history that memory does not hold; null: history that memory has dropped is gone. Must
  // outlive the hub.
  CatchUp* older = nullptr;

  // A stream without events sends a Progress at least this often, and after a third of the lease if
  // that is sooner.
  absl::Duration heartbeat = kDefaultHeartbeat;

  // Called on the committer's thread when history up to `floor` is no longer retained, once for
  // many events: positions below it get a Reset from then on. May be empty.
  absl::AnyInvocable<void(absl::string_view namespace_name, uint64_t floor)> on_floor_moved;
};

// Where durable events meet subscribers: the logs of all namespaces, and the sessions.
//
// Publish moves the heads of a group, then hands its completions to the outlet, which runs them and
// drives the streams. Writers never wait for readers: a subscriber that has not read history before
// it is forgotten gets a Reset.
//
// Thread-safe, except that Publish and Abandon are for one thread at a time. Calls the outlet and
// on_floor_moved without holding a lock.
class Hub final : public commit::Publisher {
 public:
  // `clock` and `outlet` must outlive the hub.
  Hub(HubOptions options, const Clock& clock, Outlet& outlet);

  // Continues where the history of the store ends. Its age is counted from now: when it was
  // published is not stored. Errors are the store's. REQUIRES: nothing has been published.
  absl::Status Restore(const storage::Store& store) ABSL_LOCKS_EXCLUDED(mutex_);

  void Publish(commit::Group group) override ABSL_LOCKS_EXCLUDED(mutex_);
  void Abandon(commit::Group group) override { outlet_.Abandon(std::move(group.completions)); }

  // History may exceed its age also while nothing is published.
  absl::Duration next_timer() const override;
  void RunTimers() override ABSL_LOCKS_EXCLUDED(mutex_) { TellFloors(Forget(clock_.Monotonic())); }

  // A new subscription, which must be passed to Close in the end. Subscribing creates no namespace.
  // RESOURCE_EXHAUSTED: there are too many sessions.
  absl::StatusOr<std::unique_ptr<Subscription>> Open(SubscriptionRequest request)
      ABSL_LOCKS_EXCLUDED(mutex_);
  void Close(std::unique_ptr<Subscription> subscription) ABSL_LOCKS_EXCLUDED(mutex_);

  // The last published revision; 0 for an unknown namespace.
  uint64_t head(absl::string_view namespace_name) const ABSL_LOCKS_EXCLUDED(mutex_);

  // Open subscriptions of a namespace.
  size_t subscribers(absl::string_view namespace_name) const ABSL_LOCKS_EXCLUDED(mutex_);

  // The subscribers of a namespace as writers see them; see SessionTable::Of.
  std::vector<std::shared_ptr<SubscriberSession>> sessions(absl::string_view namespace_name) const {
    return sessions_.Of(namespace_name);
  }
  size_t session_count(absl::string_view namespace_name) const {
    return sessions_.CountOf(namespace_name);
  }

  // The largest number of revisions that a connected subscriber is behind its head; 0 without
  // subscribers. Looks at every session.
  uint64_t LargestLag() const ABSL_LOCKS_EXCLUDED(mutex_);

  // For gauges.
  struct Counts {
    size_t sessions = 0;  // with a stream or a running lease
    size_t event_cache_bytes = 0;
    size_t retained_bytes = 0;
    absl::Duration retained;  // the age of the oldest event
  };
  Counts counts();

  const std::string& epoch() const { return options_.epoch; }

 private:
  struct KnownChannel {
    std::shared_ptr<Channel> channel;
    size_t subscribers = 0;
    bool published = false;  // then it is kept until its namespace is deleted
    bool deleted = false;    // recently: it is kept for a while, so that its head is known
  };

  std::shared_ptr<Channel> PublishedChannel(absl::string_view namespace_name)
      ABSL_LOCKS_EXCLUDED(mutex_);
  // Null if nothing was published in that namespace.
  std::shared_ptr<Channel> FindChannel(absl::string_view namespace_name) const
      ABSL_LOCKS_EXCLUDED(mutex_);
  std::shared_ptr<Channel> PublishChunks(const commit::Group::Published& published,
                                         absl::Duration now) ABSL_LOCKS_EXCLUDED(mutex_);
  std::shared_ptr<Channel> PublishDeletion(const commit::Group::Published& published)
      ABSL_LOCKS_EXCLUDED(mutex_);
  void EraseIfUnused(absl::string_view namespace_name) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void NoteUnsubscribed(absl::string_view namespace_name) ABSL_LOCKS_EXCLUDED(mutex_);
  void NoteRetained();
  void TellFloors(const std::vector<FloorMoved>& floors);
  // Forgets history beyond the limits; returns which floors have moved.
  std::vector<FloorMoved> Forget(absl::Duration now) ABSL_LOCKS_EXCLUDED(mutex_);
  KnownChannel& Known(absl::string_view namespace_name) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  HubOptions options_;
  const Clock& clock_;
  Outlet& outlet_;
  SessionTable sessions_;
  const std::shared_ptr<FilterMemory> filters_ = std::make_shared<FilterMemory>();
  Window window_;        // used by the publishing thread only
  Retention retention_;  // the same
  std::atomic<size_t> event_cache_bytes_ = 0;
  std::atomic<size_t> retained_bytes_ = 0;
  // The oldest event's publication.
  std::atomic<int64_t> retained_since_nanoseconds_ = std::numeric_limits<int64_t>::max();

  // See Retention::next_forget; the maximum: never. Also read before the history is restored.
  std::atomic<int64_t> next_forget_nanoseconds_ = std::numeric_limits<int64_t>::max();

  mutable Mutex mutex_;  // taken before the locks of a channel
  absl::flat_hash_map<std::string, KnownChannel> channels_ ABSL_GUARDED_BY(mutex_);
  uint64_t last_channel_id_ ABSL_GUARDED_BY(mutex_) = 0;
  // A namespace was deleted at some time: an unknown one may have existed before.
  bool any_deleted_ ABSL_GUARDED_BY(mutex_) = false;
  std::deque<std::string> deleted_ ABSL_GUARDED_BY(mutex_);  // oldest first
};

}  // namespace cache_invalidation::delivery

#endif  // CACHE_INVALIDATION_SERVER_DELIVERY_HUB_H_
