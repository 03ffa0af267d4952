// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_DELIVERY_WAIT_LIST_H_
#define CACHE_INVALIDATION_SERVER_DELIVERY_WAIT_LIST_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "server/delivery/observer.h"
#include "server/delivery/session_table.h"

namespace cache_invalidation::delivery {

// When a wait ends although subscribers are behind.
struct WaitLimit {
  // Absent: as late as the longest of the subscribers' leases may run without a renewal.
  std::optional<absl::Duration> timeout = std::nullopt;
  // Of both: what the call has left. Not negative.
  absl::Duration at_most = absl::InfiniteDuration();
};

// The pending waits: completes each call once every subscriber has applied its revision, or the
// subscriber's lease has expired.
//
// The subscribers of a wait are those whose lease runs when it begins, without those that
// subscribed only after the revision was published: they have cached nothing older. One has applied
// the revision when its session says so, and has lapsed when its lease has expired, even if it has
// returned since: under a new lease a cache serves only what it has applied.
//
// Until `strangers_until` there may be subscribers of an earlier server that this one does not
// know: every wait lasts at least until then. Until `doubted_until` it is unknown whether there are
// any: no wait lasts longer for that, but one that ends before says that some may be late.
//
// The owner reports when a session that the list watches has made progress, and takes the waits
// that have finished. All times are Clock::Monotonic(). Thread-compatible. Memory: about a hundred
// bytes for each pair of a wait and a subscriber that is behind, until the wait ends.
class WaitList {
 public:
  using Done = absl::AnyInvocable<void(WaitOutcome)>;
  using Sessions = std::vector<std::shared_ptr<SubscriberSession>>;

  explicit WaitList(absl::Duration strangers_until,
                    absl::Duration doubted_until = -absl::InfiniteDuration())
      : strangers_until_(strangers_until), doubted_until_(doubted_until) {}
  ~WaitList() {
    for (const auto& [session, watched] : watched_) watched.session->Ignore();
  }
  WaitList(const WaitList&) = delete;
  WaitList& operator=(const WaitList&) = delete;

  // Begins to wait until the subscribers among `sessions`, which are all of its namespace, have
  // applied `revision`, which is published. Returns the number of the wait.
  uint64_t Add(uint64_t revision, const Sessions& sessions, const WaitLimit& limit,
               absl::Duration now, Done done);

  // There may be unknown subscribers until then: pending waits, and those that follow, last as
  // long. No effect if `until` is not after the time that is known.
  void ExpectStrangers(absl::Duration until);

  // Drops a wait: its `done` is not called. False if it does not exist, or has finished.
  bool Cancel(uint64_t wait);

  // The session may have applied more, or may have lapsed.
  void Look(const SubscriberSession& session, absl::Duration now);

  // Handles the leases and timeouts that have expired.
  void Advance(absl::Duration now);

  // Every wait times out.
  void EndAll(absl::Duration now);

  // Waits that have finished since the last call, in the order in which they did.
  struct Finished {
    Done done;
    WaitOutcome outcome;
  };
  std::vector<Finished> TakeFinished() { return std::exchange(finished_, {}); }
  bool HasFinished() const { return !finished_.empty(); }

  // When Advance has something to do.
  absl::Duration next_deadline() const;

  // Pending waits, and the sessions that they watch.
  size_t waits() const { return waits_.size(); }
  size_t watched() const { return watched_.size(); }

 private:
  struct Wait {
    uint64_t revision = 0;
    absl::Duration begun;
    absl::Duration ends;  // its timeout
    bool strangers = false;
    absl::flat_hash_set<const SubscriberSession*> behind;  // neither applied nor lapsed
    WaitOutcome outcome;
    Done done;
  };

  // A session that a wait is waiting for.
  struct Watched {
    std::shared_ptr<SubscriberSession> session;
    uint64_t leases = 0;      // SubscriberSession::State::leases when the watch began
    absl::Duration check_at;  // its place in lease_ends_
    std::set<std::pair<uint64_t, uint64_t>> waits;  // by revision and number
  };

  using WatchedMap = absl::flat_hash_map<const SubscriberSession*, Watched>;

  // Adds the session to a new wait, if it counts; returns how long its lease may run.
  absl::Duration Join(uint64_t number, Wait& wait,
                      const std::shared_ptr<SubscriberSession>& session, absl::Duration now);
  void Watch(uint64_t number, Wait& wait, const std::shared_ptr<SubscriberSession>& session,
             absl::Duration now);
  // Removes the session from the waits that its state settles, and drops it if none is left.
  void Settle(WatchedMap::iterator watched, const SubscriberSession::State& state,
              absl::Duration now);
  void Release(uint64_t number, const SubscriberSession& session, bool lapsed, absl::Duration now);
  void Forget(WatchedMap::iterator watched);
  // Removes the wait from all indexes.
  Wait Extract(uint64_t number);
  void FinishIfSettled(uint64_t number, absl::Duration now);
  void Finish(uint64_t number, absl::Duration now);

  absl::Duration strangers_until_;
  const absl::Duration doubted_until_;
  uint64_t last_number_ = 0;
  absl::flat_hash_map<uint64_t, Wait> waits_;
  WatchedMap watched_;
  std::set<std::pair<absl::Duration, uint64_t>> timeouts_;
  std::set<std::pair<absl::Duration, const SubscriberSession*>> lease_ends_;
  std::set<uint64_t> for_strangers_;  // waits
  std::vector<Finished> finished_;
};

}  // namespace cache_invalidation::delivery

#endif  // CACHE_INVALIDATION_SERVER_DELIVERY_WAIT_LIST_H_
