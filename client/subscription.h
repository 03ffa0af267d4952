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
  // They cannot.
  kNone,
  // A revision counts as applied when on_event has returned.
  kAutomatic,
  // A revision counts as applied when Subscription::Acknowledge was called with its position.
  kExplicit,
};

struct SubscriptionOptions {
  // Who subscribes, for operators: a service name. Required.
  std::string name = {};

  // Random per subscription: (name, instance) is a session, which outlives a lost stream until its
  // lease ends. Two subscriptions with the same would keep ending each other's streams. Empty: made
  // here.
  std::string instance = {};

  // Start after this position. A position that the service cannot continue from (another epoch,
  // trimmed, above the head) starts with on_reset. Default: at the head, with the events to come.
  std::optional<Position> start_after = {};

  // Only events that may concern one of these tags: one of them, above it or below it. Empty: all.
  // Tags restrict only tags, and prefixes only keys and patterns.
  std::vector<std::string> tags = {};

  // Only keys with one of these prefixes, and patterns that may match such a key. Empty: all.
  std::vector<std::string> key_prefixes = {};

  Acknowledgement acknowledgement = Acknowledgement::kAutomatic;

  // The lease it would like, 1 s to 60 s: for so long may writers have to wait for a subscriber
  // that is cut off, and for so long may a cache that is cut off serve what it has.
  absl::Duration lease = absl::Seconds(10);

  // How long a new stream may take to start before it is tried again.
  absl::Duration start_timeout = absl::Seconds(10);
};

// A stream has started: the first one, and each one after a connection was lost.
struct SubscriptionStarted {
  // The epoch, and the head at the start. A cache that was cut off may serve again once it has
  // applied this revision.
  Position head = {};

  // Events after this revision follow.
  uint64_t start_after = 0;

  absl::Duration lease;

  // A message comes at least this often; three times this without one counts as a lost stream.
  absl::Duration heartbeat;

  std::string instance = {};
};

enum class ResetReason {
  // A newer service knows reasons that this client does not.
  kUnknown,
  // The position belongs to another epoch.
  kEpoch,
  // The position, or the stream itself, fell behind what is retained.
  kTrimmed,
  // The position is above the head.
  kAhead,
};

// History could not be continued: drop everything that was filled under this subscription, whatever
// its filter. Events after `start_after` follow.
struct SubscriptionReset {
  ResetReason reason = ResetReason::kUnknown;

  // The oldest revision that can still be had; 0 if none.
  uint64_t oldest_revision = 0;

  Position start_after = {};
};

// Every event up to this position that passes the filter has been delivered.
struct SubscriptionProgress {
  Position position = {};

  // Until when a cache under this subscription may serve what it holds, on the scale of
  // Clock::Monotonic: the lease counts from when the message was sent whose echo arrived.
  // InfinitePast before the first echo of a stream.
  absl::Duration lease_end = -absl::InfiniteDuration();
};

// All are optional, and called in order on one thread that belongs to the subscription. They must
// not throw, and not block: one that takes longer than a third of the lease lets the lease lapse.
struct SubscriptionCallbacks {
  std::function<void(const SubscriptionStarted&)> on_started = {};
  std::function<void(const SubscriptionReset&)> on_reset = {};

  // A complete revision.
  std::function<void(const Event&)> on_event = {};

  std::function<void(const SubscriptionProgress&)> on_progress = {};

  // A stream was lost or refused and the next one will be tried; for logs and metrics. Also after
  // UNIMPLEMENTED, PERMISSION_DENIED, UNAUTHENTICATED or NOT_FOUND, which a proxy may answer while
  // services move: then up to 30 s apart.
  std::function<void(const absl::Status&)> on_disconnected = {};

  // The last call: the subscription has ended by itself, because trying again cannot help: the
  // service answered INVALID_ARGUMENT. Not called after Stop.
  std::function<void(const absl::Status&)> on_ended = {};
};

struct SubscribeParams {
  SubscriptionOptions subscription = {};
  SubscriptionCallbacks callbacks = {};

  // Default: the client's.
  std::optional<std::string> namespace_name = {};
};

// A running subscription: tells what to drop, in order, without gaps.
//
//   Client client(MakeConnection("localhost:7400"));
//   auto subscription = client.Subscribe(
//       {.name = "web", .tags = {"user"}},
//       {.on_reset = [&](const SubscriptionReset&) { cache.Clear(); },
//        .on_event = [&](const Event& event) { cache.Apply(event); }});
//
// It reconnects by itself, with backoff, and resumes after the last complete revision that it
// delivered: each revision that passes the filter is delivered once, or on_reset says that some
// cannot be. A stream that falls silent is given up and replaced.
//
// Threads: one of its own, which calls the callbacks; gRPC's. Thread-safe.
// Errors: see on_disconnected and on_ended.
// Cost: one stream; memory for one message (at most 1 MiB), or one revision while its parts arrive.
class Subscription {
 public:
  // Stops. Not to be called from a callback.
  virtual ~Subscription() = default;

  // With Acknowledgement::kExplicit: everything up to this position of an event, or of the start
  // after a reset, has been applied. What has not been delivered yet is not acknowledged, nor is a
  // position of an epoch that has ended. Does nothing otherwise.
  virtual void Acknowledge(const Position& position) = 0;

  // Ends the subscription. When it returns no callback runs any more; but called from a callback
  // it returns at once, and that callback is the last. May be called again.
  //
  // A subscriber that acknowledges tells the service that it leaves, so that no writer waits for
  // its lease: call it when nothing that was cached under it is served any more. Takes at most half
  // a second longer where the service does not answer.
  virtual void Stop() = 0;
};

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_SUBSCRIPTION_H_
