#ifndef CACHE_INVALIDATION_SERVER_DELIVERY_SUBSCRIBER_SESSION_H_
#define CACHE_INVALIDATION_SERVER_DELIVERY_SUBSCRIBER_SESSION_H_

#include <cstdint>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "common/mutex.h"

namespace cache_invalidation::delivery {

// Who subscribes: the same process on its next stream is the same session.
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

// What a subscriber was granted.
struct SessionTerms {
  bool acknowledges = false;
  absl::Duration lease;
};

// A subscriber as writers see it: what it has applied, and until when it may still serve what it
// has cached. Losing its stream does not end it, the end of its lease does.
//
// All times are Clock::Monotonic(). Thread-safe.
class SubscriberSession {
 public:
  explicit SubscriberSession(SessionKey key) : key_(std::move(key)) {}

  const SessionKey& key() const { return key_; }

  // A stream of this subscriber has opened, with a message that arrived at `now`; it has closed.
  void Attach(SessionTerms terms, absl::Duration now) ABSL_LOCKS_EXCLUDED(mutex_);
  void Detach() ABSL_LOCKS_EXCLUDED(mutex_);

  // A message of the client arrived at `now`. The lease goes on from there; it never gets shorter.
  void Renew(absl::Duration now) ABSL_LOCKS_EXCLUDED(mutex_);

  // The client has applied everything up to `revision`, in any order of calls.
  void Acknowledge(uint64_t revision) ABSL_LOCKS_EXCLUDED(mutex_);

  struct State {
    bool acknowledges = false;
    uint64_t acknowledged_revision = 0;
    int streams = 0;
    // The server's view, which outlasts the client's: see kLeaseMargin.
    absl::Duration lease_end;
  };
  State state() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  void ExtendLease(absl::Duration now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const SessionKey key_;
  mutable Mutex mutex_;
  State state_ ABSL_GUARDED_BY(mutex_);
  absl::Duration lease_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace cache_invalidation::delivery

#endif  // CACHE_INVALIDATION_SERVER_DELIVERY_SUBSCRIBER_SESSION_H_
