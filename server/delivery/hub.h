#ifndef CACHE_INVALIDATION_SERVER_DELIVERY_HUB_H_
#define CACHE_INVALIDATION_SERVER_DELIVERY_HUB_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <memory>
#include <string>
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
#include "server/delivery/outlet.h"
#include "server/delivery/retention.h"
#include "server/delivery/session_table.h"
#include "server/delivery/subscription.h"
#include "server/delivery/window.h"
#include "server/storage/store.h"

namespace cache_invalidation::delivery {

struct HubOptions {
  // The history that positions belong to. Required.
  std::string epoch;

  // How much history is kept in memory, all namespaces together, for subscribers that are near the
  // head. The newest revision is kept whatever its size.
  size_t window_bytes = 64 << 20;

  // How much is retained in all, for subscribers that were away. More: longer absences without a
  // Reset.
  RetentionLimits retention;

  // Where history is read that memory does not hold; null: what memory has dropped is gone. Must
  // outlive the hub.
  CatchUp* older = nullptr;

  // A Progress comes at least this often when nothing else does, and after a third of the lease if
  // that is sooner.
  absl::Duration heartbeat = kDefaultHeartbeat;

  // Called when history up to `floor` is no longer retained, on the committer's thread, once for
  // many events: positions below it get a Reset from then on. May be empty.
  absl::AnyInvocable<void(absl::string_view namespace_name, uint64_t floor)> on_floor_moved;
};

// Where durable events meet subscribers: the logs of all namespaces, and the sessions.
//
// Publish moves the heads of a group, then hands its completions to the outlet, which runs them and
// wakes the streams. Writers never wait for readers: what a subscriber has not read when it is no
// longer retained, it loses, and is told so by a Reset.
//
// Thread-safe, except that Publish and Abandon are for one thread at a time. Calls the outlet and
// on_floor_moved without holding a lock.
class Hub final : public commit::Publisher {
 public:
  // `clock` and `outlet` must outlive the hub.
  Hub(HubOptions options, const Clock& clock, Outlet& outlet);

  // Goes on where the history of the store ends. What it retains is taken as published now: when it
  // really was is not known any more. Errors are the store's. REQUIRES: nothing has been published.
  absl::Status Restore(const storage::Store& store) ABSL_LOCKS_EXCLUDED(mutex_);

  void Publish(commit::Group group) override ABSL_LOCKS_EXCLUDED(mutex_);
  void Abandon(commit::Group group) override;

  // History becomes too old also while nothing is published.
  absl::Duration next_timer() const override;
  void RunTimers() override ABSL_LOCKS_EXCLUDED(mutex_);

  // A new subscription. Subscribing creates no namespace. Must go back to Close.
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

  // For gauges.
  struct Counts {
    size_t sessions = 0;  // with a stream or a running lease
    size_t window_bytes = 0;
    size_t retained_bytes = 0;
    absl::Duration retained;  // the age of the oldest event
  };
  Counts counts();

  const std::string& epoch() const { return options_.epoch; }

 private:
  struct Topic {
    std::shared_ptr<Channel> channel;
    size_t subscribers = 0;
    bool published = false;  // then it stays until its namespace is deleted
    bool deleted = false;    // of late: it stays for a while, so that its head is known
  };

  std::shared_ptr<Channel> PublishedChannel(absl::string_view namespace_name)
      ABSL_LOCKS_EXCLUDED(mutex_);
  // Null if nothing was published of that namespace.
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
  // Forgets what is no longer to be retained, and answers which floors have moved.
  std::vector<FloorMoved> Forget(absl::Duration now) ABSL_LOCKS_EXCLUDED(mutex_);
  Topic& TopicOf(absl::string_view namespace_name) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  HubOptions options_;
  const Clock& clock_;
  Outlet& outlet_;
  SessionTable sessions_;
  Window window_;        // for the publishing thread alone
  Retention retention_;  // the same
  std::atomic<size_t> window_bytes_ = 0;
  std::atomic<size_t> retained_bytes_ = 0;
  // The oldest event's publication.
  std::atomic<int64_t> retained_since_nanoseconds_ = std::numeric_limits<int64_t>::max();

  // See Retention::next_forget; the greatest value: never. Read before the history is restored,
  // too.
  std::atomic<int64_t> next_forget_nanoseconds_ = std::numeric_limits<int64_t>::max();

  mutable Mutex mutex_;  // taken before the locks of a channel
  absl::flat_hash_map<std::string, Topic> topics_ ABSL_GUARDED_BY(mutex_);
  uint64_t last_channel_id_ ABSL_GUARDED_BY(mutex_) = 0;
  // Some namespace was deleted, ever: what is not known may have been there once.
  bool any_deleted_ ABSL_GUARDED_BY(mutex_) = false;
  std::deque<std::string> deleted_ ABSL_GUARDED_BY(mutex_);  // oldest first
};

}  // namespace cache_invalidation::delivery

#endif  // CACHE_INVALIDATION_SERVER_DELIVERY_HUB_H_
