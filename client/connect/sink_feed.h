// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_CONNECT_SINK_FEED_H_
#define CACHE_INVALIDATION_CLIENT_CONNECT_SINK_FEED_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "client/client.h"
#include "client/connect/shared_figures.h"
#include "client/connect/sink_queue.h"
#include "client/subscription.h"
#include "common/clock.h"
#include "common/mutex.h"
#include "server/journal/journal.h"

namespace cache_invalidation::connect {

// What is known of a cache that is fed, for metrics and probes. `connected` is to the service, and
// to the cache if it has a connection. Counters are since the start of the process.
struct SinkFigures : Health {
  uint64_t heard = 0;    // the last revision that was heard
  uint64_t reached = 0;  // everything up to this revision is dropped for the last time
  size_t waiting = 0;    // targets that wait for the first time
  size_t repeated = 0;   // targets that will be dropped again
  uint64_t widened = 0;  // times that more was dropped than named
  // By reason. All are here from the start, so that the first of each is seen as an increase.
  std::map<std::string, uint64_t> everything = {{"ahead", 0},       {"epoch", 0},   {"event", 0},
                                                {"no_position", 0}, {"trimmed", 0}, {"unknown", 0}};
};

struct SinkFeedOptions {
  const client::Client& client;
  Clock& clock;
  journal::Journal& journal;
  std::stop_token stop;
  std::string cache;  // as the journal names it

  // `start_after`: the position of the cache. Without one, everything is dropped first: what the
  // cache has is of an unknown time.
  client::SubscriptionOptions subscription;
  SinkQueueOptions queue;

  // Returns what an event drops.
  std::function<SinkTargets(const client::Event&)> targets_of;
  // Calls its argument with the figures of this cache.
  std::function<void(absl::FunctionRef<void(SinkFigures&)>)> update;
};

// Follows the service, and says what one cache has to drop. Writers do not wait for it.
// Thread-safe.
class SinkFeed {
 public:
  // What the options refer to must outlive it.
  explicit SinkFeed(SinkFeedOptions options);

  // Blocks until there is something to drop, but not before `not_before`. Returns nothing at
  // `until`, when stopped, or if status() is not OK. Each batch ends with one of the next three.
  std::optional<SinkQueue::Batch> Await(absl::Duration until, absl::Duration not_before,
                                        size_t max_names) ABSL_LOCKS_EXCLUDED(mutex_);
  void Dropped(SinkQueue::Batch batch) ABSL_LOCKS_EXCLUDED(mutex_);
  void PutBack(SinkQueue::Batch batch) ABSL_LOCKS_EXCLUDED(mutex_);
  // Its only name is refused: everything is dropped in its place.
  void Refused() ABSL_LOCKS_EXCLUDED(mutex_);

  // As SinkQueue::reached.
  std::optional<client::Position> reached() const ABSL_LOCKS_EXCLUDED(mutex_);
  // Why the subscription has ended. It reconnects by itself, so this one may be ended, too.
  absl::Status status() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  client::SubscriptionCallbacks Callbacks() ABSL_LOCKS_EXCLUDED(mutex_);
  void DropEverything(const client::Position& position, const std::string& reason)
      ABSL_LOCKS_EXCLUDED(mutex_);
  void Add(SinkTargets targets, const client::Position& position) ABSL_LOCKS_EXCLUDED(mutex_);
  void ShowQueue() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const SinkFeedOptions options_;
  mutable Mutex mutex_;
  CondVar changed_;
  SinkQueue queue_ ABSL_GUARDED_BY(mutex_);
  uint64_t widened_ ABSL_GUARDED_BY(mutex_) = 0;  // in the figures
  absl::Status ended_ ABSL_GUARDED_BY(mutex_);
  const std::stop_callback<std::function<void()>> on_stop_;
  // Last: its callbacks use all of the above.
  const std::unique_ptr<client::Subscription> subscription_;
};

}  // namespace cache_invalidation::connect

#endif  // CACHE_INVALIDATION_CLIENT_CONNECT_SINK_FEED_H_
