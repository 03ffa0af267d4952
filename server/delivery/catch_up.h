// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_DELIVERY_CATCH_UP_H_
#define CACHE_INVALIDATION_SERVER_DELIVERY_CATCH_UP_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/clock.h"
#include "common/mutex.h"
#include "server/delivery/observer.h"
#include "server/delivery/outbox.h"
#include "server/storage/store.h"
#include "server/wire/chunk.h"

namespace cache_invalidation::delivery {

// Concurrent reads of history.
inline constexpr size_t kMaxCatchUpRequests = 8;

// Consecutive chunks of a namespace, as the store keeps them. Empty if they can no longer be read.
using Stretch = std::vector<std::shared_ptr<const wire::Chunk>>;

// Reads the history that memory no longer holds, for the cursors that are behind.
//
// A cursor asks for a stretch, and looks for it again when its channel has moved: by then it has
// been read. A stretch is about a megabyte, few are kept at a time, and cursors at the same place
// share one. So neither many cursors far behind nor cursors that have stopped take more than a few
// megabytes, and every cursor that returns for its stretch makes progress.
//
// A stretch may reach beyond the head of the channel: its end is durable, but not published yet.
//
// Thread-safe, except that AwaitWork and ReadNext are for one thread at a time, that of
// CatchUpThread.
class CatchUp {
 public:
  // The references must outlive it.
  CatchUp(const storage::Store& store, Clock& clock, DeliveryObserver& observer)
      : store_(store), clock_(clock), observer_(observer) {}

  // The stretch that holds the part `from` of that channel's namespace; null if it has not been
  // read. Does not block.
  std::shared_ptr<const Stretch> Find(uint64_t channel_id, storage::PartPosition from)
      ABSL_LOCKS_EXCLUDED(mutex_);

  // The same, but a missing stretch is queued: ReadNext returns the channel's id once it is read.
  std::shared_ptr<const Stretch> FindOrAsk(uint64_t channel_id, absl::string_view namespace_name,
                                           storage::PartPosition from) ABSL_LOCKS_EXCLUDED(mutex_);

  // Blocks until there is something to read. False: Stop was called.
  bool AwaitWork() ABSL_LOCKS_EXCLUDED(mutex_);

  // Reads the stretch that was requested first. Returns the channel whose streams can continue;
  // absent if nothing is requested.
  std::optional<uint64_t> ReadNext() ABSL_LOCKS_EXCLUDED(mutex_);

  void Stop() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  using Place = std::tuple<uint64_t, uint64_t, uint32_t>;  // channel, revision, part
  struct Request {
    uint64_t channel_id = 0;
    std::string namespace_name;
    storage::PartPosition from;

    Place place() const { return {channel_id, from.revision, from.number}; }
  };
  // A stretch from the requested part up to the one before `end`.
  struct Kept {
    uint64_t channel_id = 0;
    storage::PartPosition from;
    storage::PartPosition end;
    std::shared_ptr<const Stretch> stretch;
    absl::Duration read_at;
    bool found = false;
  };

  std::shared_ptr<const Stretch> FindKept(uint64_t channel_id, storage::PartPosition from)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  size_t Unfound() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Reads without a lock.
  Kept Read(const Request& request) const;
  void Keep(Kept kept) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const storage::Store& store_;
  Clock& clock_;
  DeliveryObserver& observer_;

  Mutex mutex_;
  CondVar changed_;
  std::deque<Request> queue_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_set<Place> queued_ ABSL_GUARDED_BY(mutex_);  // the places of queue_
  std::deque<Kept> kept_ ABSL_GUARDED_BY(mutex_);              // oldest first
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
};

// The thread that reads for cursors that are behind, and then has their streams driven.
class CatchUpThread {
 public:
  // Both must outlive it.
  CatchUpThread(CatchUp& catch_up, Outlet& outlet)
      : catch_up_(catch_up), outlet_(outlet), thread_([this] { Run(); }) {}
  // Stops: pending requests are dropped.
  ~CatchUpThread() {
    catch_up_.Stop();
    thread_.join();
  }

  CatchUpThread(const CatchUpThread&) = delete;
  CatchUpThread& operator=(const CatchUpThread&) = delete;

 private:
  void Run() {
    while (catch_up_.AwaitWork()) {
      const std::optional<uint64_t> channel_id = catch_up_.ReadNext();
      if (channel_id) outlet_.Deliver({}, {*channel_id});
    }
  }

  CatchUp& catch_up_;
  Outlet& outlet_;
  std::thread thread_;
};

}  // namespace cache_invalidation::delivery

#endif  // CACHE_INVALIDATION_SERVER_DELIVERY_CATCH_UP_H_
