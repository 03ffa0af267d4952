// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_CORE_SERVER_CORE_H_
#define CACHE_INVALIDATION_SERVER_CORE_SERVER_CORE_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/clock.h"
#include "common/limits.h"
#include "server/commit/group.h"
#include "server/core/persistence.h"
#include "server/delivery/catch_up.h"
#include "server/delivery/hub.h"
#include "server/delivery/lease_record.h"
#include "server/delivery/observer.h"
#include "server/delivery/outbox.h"
#include "server/delivery/retention.h"
#include "server/delivery/stream_core.h"
#include "server/delivery/waiting_calls.h"
#include "server/engine/limits.h"
#include "server/engine/model.h"
#include "server/shard/shard_observer.h"
#include "server/shard/shard_set.h"

namespace cache_invalidation {

namespace simulation {
class MistakenStart;
}  // namespace simulation

struct CoreOptions {
  // The rules of a new namespace.
  std::vector<engine::Rule> default_rules;
  // How many loops apply commands, each for its share of the namespaces.
  size_t shards = 1;
  size_t max_namespaces = kMaxNamespaces;
  // What each namespace may hold.
  engine::Limits limits = {};
  // Called now and then, by any thread, with the number of entries that were dropped at a limit.
  // Must not block.
  std::function<void(absl::string_view namespace_name, uint64_t dropped)> on_dropped;
  // Requests that may wait for a shard; more are refused with UNAVAILABLE.
  size_t max_mailbox_submissions = kMaxMailboxSubmissions;
  // Pairs of a waiting call and a subscriber it waits for, of one namespace; calls beyond it do not
  // wait.
  size_t max_awaited_per_namespace = kMaxAwaitedPerNamespace;
  // Events that are kept in memory, for subscribers that are near the head.
  size_t event_cache_bytes = 64 << 20;
  // Events that are retained in the store, for subscribers that were away; a higher limit lets them
  // be away for longer without dropping what they have.
  delivery::RetentionLimits event_retention = {.bytes = size_t{256} << 20, .age = absl::Hours(24)};
  // A stream carries a message at least this often.
  absl::Duration heartbeat = kDefaultHeartbeat;
  // An upper bound on the leases that earlier servers granted: their subscribers' caches may serve
  // for that long, and calls that wait for subscribers wait for that, too. The store's own record
  // counts if it is less. Zero: there was no earlier server. Absent: kMaxLease, unless the store is
  // new and empty: then calls do not wait, but until kMaxLease has passed they say that subscribers
  // of an earlier server may be late; once one turns up, they wait.
  std::optional<absl::Duration> longest_earlier_lease;
};

// What runs the parts of a ServerCore: threads in the server, single steps in the simulation.
class ServerDriver {
 public:
  virtual ~ServerDriver() = default;

  // Has the group made durable and published, after all groups that were handed over before. May
  // block: that is the back-pressure of the store.
  virtual void HandOver(commit::Group group) = 0;
  // The same for a small group of a caller that must not block. False after FinishCommits: the
  // group is dropped.
  virtual bool TryHandOver(commit::Group group) = 0;
  // The same, and waits until it is published. False: the store failed.
  virtual bool Commit(commit::Group group) = 0;

  // From now on each loop of `shards` takes its turns.
  virtual void StartLoops(shard::ShardSet& shards) = 0;
  // Every loop has had its last turn when it returns. REQUIRES: the set is closed.
  virtual void FinishLoops() = 0;
  // Every group is durable and published when it returns, and none is accepted any more.
  virtual void FinishCommits() = 0;
  // See Outbox::Drain.
  virtual void DrainStreams(absl::Duration grace) = 0;
};

// What a core uses. Everything in it outlives the core.
struct CoreSurroundings {
  Clock& clock;
  delivery::Outlet& outlet;
  delivery::StreamWaker& waker;
  delivery::DeliveryObserver& delivery_observer;
  shard::ShardObserver& shard_observer;
  ServerDriver& driver;
};

// The server without threads, gRPC and HTTP: all its parts, and the order in which it starts and
// stops.
//
// Restore, Begin, Stop and destruction are for one thread; its parts are as thread-safe as they
// say.
class ServerCore {
 public:
  // The state and the history that the store holds. Nothing has been written or published when it
  // returns; the publisher of the groups of the driver can be started then. Errors are the
  // store's, DATA_LOSS among them: do not serve.
  static absl::StatusOr<std::unique_ptr<ServerCore>> Restore(const CoreOptions& options,
                                                             Persistence persistence,
                                                             const CoreSurroundings& surroundings);

  ServerCore(const ServerCore&) = delete;
  ServerCore& operator=(const ServerCore&) = delete;

  // Begins the run. When it returns OK, the epoch can be published and requests can be submitted:
  // entries that are not trusted are invalidated, and the record of the run is durable. Loops take
  // their turns from then on. UNAVAILABLE: the store failed.
  absl::Status Begin();

  // Ends the run. Each step leaves the next one nothing new to do: requests are refused, those that
  // were accepted are applied and pending batches are flushed, so no more groups come; all groups
  // are committed, so no more events come; that the run ended cleanly is recorded; streams end when
  // they have sent everything or are not read, and after `grace` at the latest.
  void Stop(absl::Duration grace);

  // For a server whose store has failed: refuses requests, and ends the loops.
  void GiveUp();

  const std::string& epoch() const { return persistence_.epoch(); }
  EpochDecision epoch_decision() const { return persistence_.decision(); }
  storage::Store& store() const { return persistence_.store(); }
  storage::Store::Sync sync() const { return persistence_.sync(); }
  // See Persistence::CopyStore. One call at a time, on any thread.
  absl::StatusOr<std::string> CopyStore() const { return persistence_.CopyStore(); }

  shard::ShardSet& shards() { return *shards_; }
  delivery::Hub& hub() { return hub_; }
  const delivery::Hub& hub() const { return hub_; }
  delivery::CatchUp& catch_up() { return catch_up_; }
  delivery::WaitingCalls& waiting() { return *waiting_; }
  const delivery::EarlierLeases& earlier_leases() const { return earlier_leases_; }
  // For the streams of its subscribers.
  delivery::StreamSurroundings streams() {
    return {hub_,    surroundings_.waker, *waiting_,
            leases_, surroundings_.clock, surroundings_.delivery_observer};
  }

 private:
  friend class simulation::MistakenStart;  // plants mistakes in the order of Begin

  ServerCore(const CoreOptions& options, Persistence persistence,
             const CoreSurroundings& surroundings);

  void InvalidateDistrusted();
  absl::Status RecordRun();

  const CoreSurroundings surroundings_;
  Persistence persistence_;
  delivery::CatchUp catch_up_;
  delivery::Hub hub_;
  const delivery::EarlierLeases earlier_leases_;
  const std::shared_ptr<delivery::WaitingCalls> waiting_;
  delivery::LeaseRecord leases_;
  std::unique_ptr<shard::ShardSet> shards_;
  bool begun_ = false;  // the record of the run is durable
};

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_SERVER_CORE_SERVER_CORE_H_
