// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_SUBSCRIPTION_H_
#define CACHE_INVALIDATION_CLIENT_SUBSCRIPTION_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "client/event.h"
#include "client/position.h"

namespace cache_invalidation::client {

// Whether writers can wait for this subscriber (WaitForSubscribers).
enum class Acknowledgement {
  // Writers never wait for it.
  kNone,
  // A revision is acknowledged when on_event has returned.
  kAutomatic,
  // A revision is acknowledged when Subscription::Acknowledge was called with its position.
  kExplicit,
};

struct SubscriptionOptions {
  // Name of the subscriber, shown to operators: a service name. Required.
  std::string name = {};

  // Identifies the session together with `name`; a session survives a lost stream until its lease
  // ends. Must be unique: two subscriptions with the same name and instance end each other's
  // streams repeatedly. Empty: a random one is generated.
  std::string instance = {};

  // Starts after this position. If the service cannot continue from it (another epoch, trimmed,
  // above the head), the subscription starts with on_reset. Default: starts at the head, with
  // future events only.
  std::optional<Position> start_after = {};

  // Delivers only events that can affect one of these tags: the tag itself, one above it or one
  // below it. Empty: all. `tags` filters only tags, `key_prefixes` only keys and patterns.
  std::vector<std::string> tags = {};

  // Delivers only keys with one of these prefixes, and patterns that can match such a key. Empty:
  // all.
  std::vector<std::string> key_prefixes = {};

  Acknowledgement acknowledgement = Acknowledgement::kAutomatic;

  // Requested lease, 1 s to 60 s: the longest time that writers can be delayed by a disconnected
  // subscriber, and that a disconnected cache can serve its entries.
  absl::Duration lease = absl::Seconds(10);

  // How long a new stream can take to start before it is replaced.
  absl::Duration start_timeout = absl::Seconds(10);
};

// A stream has started: the first one, or one after a connection was lost.
struct SubscriptionStarted {
  // The epoch, and the head at the start. A cache that was disconnected can serve again once it has
  // applied this revision.
  Position head = {};

  // Events after this revision follow.
  uint64_t start_after = 0;

  absl::Duration lease;

  // Maximum time between two messages; after three times this without a message the stream counts
  // as lost.
  absl::Duration heartbeat;

  std::string instance = {};
};

enum class ResetReason {
  // A reason that a newer service knows and this client does not.
  kUnknown,
  // The position belongs to another epoch.
  kEpoch,
  // The position, or the stream itself, is older than the retained history.
  kTrimmed,
  // The position is above the head.
  kAhead,
};

// History could not be continued: drop everything that was filled under this subscription, whatever
// its filter. Events after `start_after` follow.
struct SubscriptionReset {
  ResetReason reason = ResetReason::kUnknown;

  // The oldest revision that is still available; 0 if none.
  uint64_t oldest_revision = 0;

  Position start_after = {};
};

// Every event up to this position that passes the filter has been delivered.
struct SubscriptionProgress {
  Position position = {};

  // Until when a cache under this subscription can serve its entries, on the scale of
  // Clock::Monotonic. The lease is measured from when the message was sent whose echo arrived.
  // InfinitePast before the first echo of a stream.
  absl::Duration lease_end = -absl::InfiniteDuration();
};

// All are optional, and are called in order on one thread that belongs to the subscription. They
// must not throw and must not block: if one takes longer than a third of the lease, the lease can
// expire.
struct SubscriptionCallbacks {
  std::function<void(const SubscriptionStarted&)> on_started = {};
  std::function<void(const SubscriptionReset&)> on_reset = {};

  // A complete revision.
  std::function<void(const Event&)> on_event = {};

  std::function<void(const SubscriptionProgress&)> on_progress = {};

  // A stream was lost or refused and another one will be tried; for logs and metrics. Also called
  // after UNIMPLEMENTED, PERMISSION_DENIED, UNAUTHENTICATED and NOT_FOUND, which a proxy can return
  // while services move; attempts are then up to 30 s apart.
  std::function<void(const absl::Status&)> on_disconnected = {};

  // The last call: the subscription has ended, because the service failed it with INVALID_ARGUMENT
  // and retrying cannot help. Not called after Stop.
  std::function<void(const absl::Status&)> on_ended = {};
};

struct SubscribeParams {
  SubscriptionOptions subscription = {};
  SubscriptionCallbacks callbacks = {};

  // Default: the client's.
  std::optional<std::string> namespace_name = {};
};

// A running subscription: delivers what to drop, in order, without gaps.
//
//   Client client(MakeConnection("localhost:7400"));
//   auto subscription = client.Subscribe(
//       {.name = "web", .tags = {"user"}},
//       {.on_reset = [&](const SubscriptionReset&) { cache.Clear(); },
//        .on_event = [&](const Event& event) { cache.Apply(event); }});
//
// It reconnects by itself, with backoff, and resumes after the last complete revision that it
// delivered: each revision that passes the filter is delivered once, or on_reset reports that some
// cannot be. A stream that becomes silent is abandoned and replaced.
//
// Threads: one of its own, which calls the callbacks, and those of gRPC. Thread-safe.
// Errors: see on_disconnected and on_ended.
// Cost: one stream; memory for one message (at most 1 MiB), or for one revision while its parts
// arrive.
class Subscription {
 public:
  // Stops the subscription. Must not be called from a callback.
  virtual ~Subscription() = default;

  // With Acknowledgement::kExplicit: everything up to this position, of an event or of the start
  // after a reset, has been applied. A position that has not been delivered yet, or of an epoch
  // that has ended, is ignored. Does nothing in the other modes.
  virtual void Acknowledge(const Position& position) = 0;

  // Ends the subscription. When it returns, no callback is running and none will be called. Called
  // from a callback it returns at once, and that callback is the last one. Can be called again.
  //
  // A subscriber that acknowledges reports to the service that it leaves, so that no writer waits
  // for its lease. Call it only when nothing that was cached under the subscription is served any
  // more. If the service does not respond, this takes up to half a second longer.
  virtual void Stop() = 0;
};

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_SUBSCRIPTION_H_
