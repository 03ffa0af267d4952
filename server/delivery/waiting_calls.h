// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_DELIVERY_WAITING_CALLS_H_
#define CACHE_INVALIDATION_SERVER_DELIVERY_WAITING_CALLS_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/clock.h"
#include "common/limits.h"
#include "common/mutex.h"
#include "server/delivery/hub.h"
#include "server/delivery/lease_record.h"
#include "server/delivery/observer.h"
#include "server/delivery/outbox.h"
#include "server/delivery/wait_list.h"

namespace cache_invalidation::delivery {

// The calls that wait for subscribers. To the outbox it is one more stream: so its timers are the
// outbox's, and calls complete on the outbox's thread.
//
// When the server drains, or its store has failed, no subscriber acknowledges any more: then every
// wait ends at once, including future ones.
//
// Thread-safe.
class WaitingCalls final : public OutboxStream, public std::enable_shared_from_this<WaitingCalls> {
 public:
  using Done = WaitList::Done;

  // `earlier`: the leases of those that WaitList calls strangers; it is not kept. `most`: limit on
  // pairs of a call and a subscriber, of one namespace. The other references must outlive this.
  static std::shared_ptr<WaitingCalls> Make(const Hub& hub, StreamWaker& outbox, const Clock& clock,
                                            DeliveryObserver& observer,
                                            const EarlierLeases& earlier,
                                            size_t most = kMaxAwaitedPerNamespace);

  // A call's share of kMaxAwaited and of kMaxAwaitedPerNamespace, released with it.
  class Place {
   public:
    Place(Place&& other) noexcept
        : calls_(std::exchange(other.calls_, nullptr)),
          namespace_name_(std::move(other.namespace_name_)),
          size_(other.size_) {}
    Place& operator=(Place&& other) noexcept {
      std::swap(calls_, other.calls_);
      std::swap(namespace_name_, other.namespace_name_);
      std::swap(size_, other.size_);
      return *this;
    }
    ~Place();

   private:
    friend class WaitingCalls;
    Place(WaitingCalls* calls, std::string namespace_name, size_t size)
        : calls_(calls), namespace_name_(std::move(namespace_name)), size_(size) {}

    WaitingCalls* calls_;
    std::string namespace_name_;
    size_t size_;
  };

  // Absent: too many calls wait already; the call must not wait, its result is NotWaited().
  std::optional<Place> Admit(absl::string_view namespace_name) ABSL_LOCKS_EXCLUDED(places_mutex_);
  WaitOutcome NotWaited();

  // Waits for the subscribers of the namespace to apply `revision`, which is published. `done` is
  // called on the outbox's thread, after this has returned. Returns a number for Cancel. REQUIRES:
  // on the outbox's thread.
  uint64_t Wait(absl::string_view namespace_name, uint64_t revision, const WaitLimit& limit,
                Done done) ABSL_LOCKS_EXCLUDED(mutex_);

  // True: the wait was pending, and `done` is not called.
  bool Cancel(uint64_t wait) ABSL_LOCKS_EXCLUDED(mutex_);

  // See WaitList.
  void ExpectStrangers(absl::Duration until) ABSL_LOCKS_EXCLUDED(mutex_);

  // A session that a call waits for has made progress.
  void Look(const SubscriberSession& session) ABSL_LOCKS_EXCLUDED(mutex_);

  // Pending waits.
  size_t waits() const ABSL_LOCKS_EXCLUDED(mutex_);

  Upkeep Drive(absl::Duration now) override ABSL_LOCKS_EXCLUDED(mutex_);
  void Drain(absl::Duration deadline) override ABSL_LOCKS_EXCLUDED(mutex_);
  void Abort() override ABSL_LOCKS_EXCLUDED(mutex_) { Drain(absl::ZeroDuration()); }
  bool AnswersCalls() const override { return true; }

 private:
  WaitingCalls(const Hub& hub, StreamWaker& outbox, const Clock& clock, DeliveryObserver& observer,
               const EarlierLeases& earlier, size_t most)
      : hub_(hub),
        outbox_(outbox),
        clock_(clock),
        observer_(observer),
        most_(most),
        list_(earlier.until, earlier.doubt_until) {}

  const Hub& hub_;
  StreamWaker& outbox_;
  const Clock& clock_;
  DeliveryObserver& observer_;
  const size_t most_;  // of a namespace

  Mutex places_mutex_;  // no other is taken under it
  size_t awaited_ ABSL_GUARDED_BY(places_mutex_) = 0;
  // The same by namespace; none is 0.
  absl::flat_hash_map<std::string, size_t> awaited_of_ ABSL_GUARDED_BY(places_mutex_);

  mutable Mutex mutex_;  // taken after that of a stream, before that of a session
  WaitList list_ ABSL_GUARDED_BY(mutex_);
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace cache_invalidation::delivery

#endif  // CACHE_INVALIDATION_SERVER_DELIVERY_WAITING_CALLS_H_
