// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_DELIVERY_SESSION_TABLE_H_
#define CACHE_INVALIDATION_SERVER_DELIVERY_SESSION_TABLE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
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
#include "server/delivery/filter.h"

namespace cache_invalidation::delivery {

// The server's lease is longer than the client's by a tenth plus this margin, because clocks drift.
inline constexpr absl::Duration kLeaseMargin = absl::Milliseconds(100);

// Identifies a subscriber: the same process on its next stream has the same session.
struct SessionKey {
  std::string namespace_name;
  std::string name;
  std::string instance;

  bool operator==(const SessionKey&) const = default;

  template <typename H>
  friend H AbslHashValue(H h, const SessionKey& key) {
    return H::combine(std::move(h), key.namespace_name, key.name, key.instance);
  }
};

// The terms that a subscriber was granted.
struct SessionTerms {
  bool acknowledges = false;
  absl::Duration lease;
};

// How long after a client's message the server assumes that its lease runs: longer than the client
// does (see kLeaseMargin).
absl::Duration LeaseWithMargin(absl::Duration lease);

// A subscriber as writers see it: what it has applied, and until when it may serve what it has
// cached. It does not end with its stream, but with its lease: a client that returns later is a new
// subscriber. A new subscriber that resumes is not known to have applied anything yet.
//
// Only its newest stream counts; messages on older ones are ignored.
//
// All times are Clock::Monotonic(). Thread-safe.
class SubscriberSession {
 public:
  explicit SubscriberSession(SessionKey key) : key_(std::move(key)) {}

  const SessionKey& key() const { return key_; }

  // How a stream begins.
  struct Attachment {
    uint64_t stream = 0;  // its number
    // What the session is known to have applied; absent for a new subscriber.
    std::optional<uint64_t> applied;
  };

  // A stream of this subscriber has opened, with a message that arrived at `now`. `head`: that of
  // the namespace, read before; 0 if the client resumes and may have cached something older.
  Attachment Attach(SessionTerms terms, uint64_t head, absl::Duration now)
      ABSL_LOCKS_EXCLUDED(mutex_);
  // One of its streams has closed.
  void Detach() ABSL_LOCKS_EXCLUDED(mutex_);

  // A message of the client arrived at `now`. The lease runs from then; it never gets shorter.
  void Renew(uint64_t stream, absl::Duration now) ABSL_LOCKS_EXCLUDED(mutex_);

  // The client has applied everything up to `revision`, in any order of calls. Returns whether the
  // session is watched and this is progress.
  bool SetApplied(uint64_t stream, uint64_t revision) ABSL_LOCKS_EXCLUDED(mutex_);

  // The client leaves for good: its lease is over. Returns the same as SetApplied.
  bool Leave(uint64_t stream) ABSL_LOCKS_EXCLUDED(mutex_);

  // A stream as operators see it.
  struct Stream {
    uint64_t start_after = 0;  // where it began
    uint64_t sent = 0;         // everything up to here that passes its filter was sent
    absl::Duration since = absl::ZeroDuration();  // when it began
    // Expired: everything passes, or the stream has closed.
    std::weak_ptr<const Filter> filter = {};
  };

  // The stream begins to send, and has sent everything up to `revision`. Ignored if the session has
  // a newer stream.
  void NoteBegun(uint64_t stream, Stream begun) ABSL_LOCKS_EXCLUDED(mutex_);
  void NoteSent(uint64_t stream, uint64_t revision) ABSL_LOCKS_EXCLUDED(mutex_);

  // Whether the session has a newer stream.
  bool Superseded(uint64_t stream) const ABSL_LOCKS_EXCLUDED(mutex_);

  struct State {
    bool acknowledges = false;
    uint64_t applied = 0;
    // The head when it became a subscriber, or an earlier one: it has cached nothing older. 0 if it
    // came with a position.
    uint64_t first_head = 0;
    int streams = 0;
    absl::Duration lease;
    // The server's view, which outlasts the client's: see LeaseWithMargin.
    absl::Duration lease_end = -absl::InfiniteDuration();
    // How often its lease began, rather than was renewed: a change means that it had ended.
    uint64_t leases = 0;
  };
  State state() const ABSL_LOCKS_EXCLUDED(mutex_);

  // What operators see of it, with its newest stream.
  struct View {
    State state;
    Stream stream;

    bool connected() const { return state.streams > 0; }
    // How far it is: what it has applied, or where its stream began if that is later; without
    // acknowledgements what was sent to it.
    uint64_t position() const {
      return std::max(stream.start_after, state.acknowledges ? state.applied : stream.sent);
    }
  };
  View view() const ABSL_LOCKS_EXCLUDED(mutex_);

  // The same as state; from now on, until Ignore, SetApplied reports progress beyond this state.
  State Watch() ABSL_LOCKS_EXCLUDED(mutex_);
  void Ignore() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  void ExtendLease(absl::Duration now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // An acknowledging stream was granted a lease that has not ended, and one that does not
  // acknowledge came after it.
  bool OwesLease(absl::Duration now) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return state_.acknowledges && !terms_.acknowledges && state_.lease_end > now;
  }

  const SessionKey key_;
  mutable Mutex mutex_;
  State state_ ABSL_GUARDED_BY(mutex_);
  SessionTerms terms_ ABSL_GUARDED_BY(mutex_);  // of the newest stream
  uint64_t newest_stream_ ABSL_GUARDED_BY(mutex_) = 0;
  Stream stream_ ABSL_GUARDED_BY(mutex_);  // the newest one
  bool watched_ ABSL_GUARDED_BY(mutex_) = false;
};

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
  // The sessions of all namespaces, in no order; some may be over.
  std::vector<std::shared_ptr<SubscriberSession>> All() const ABSL_LOCKS_EXCLUDED(mutex_);

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
