// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_SUBSCRIPTION_CORE_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_SUBSCRIPTION_CORE_H_

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "client/event.h"
#include "client/subscription.h"
#include "protos/cache_invalidation/v1/subscription_service.pb.h"

namespace cache_invalidation::client::internal {

// Assembles the parts of revisions, and makes each revision be delivered once and in order.
// Thread-compatible.
//
// A filter passes or drops single parts, so a filtered stream may lack any part of a revision, also
// the last one. Then the next revision or a Progress completes it. Without a filter revisions are
// dense, and a gap means that something was lost.
class EventAssembly {
 public:
  // REQUIRES: Restart is called first.
  explicit EventAssembly(bool filtered) : filtered_(filtered) {}

  // A stream starts, or restarts, after this revision. Drops an incomplete revision, which the
  // service sends again.
  void Restart(uint64_t revision);

  // Adds a part, and appends the revisions that it completes to `complete`. An error means that the
  // stream violates the protocol and must be replaced.
  absl::Status Add(Event part, uint32_t number, bool last, std::vector<Event>& complete);

  // Notes that the service has sent everything up to `revision`.
  void Pass(uint64_t revision, std::vector<Event>& complete);

  // Everything up to here is delivered or filtered out.
  uint64_t revision() const { return revision_; }

 private:
  void Complete(std::vector<Event>& complete);

  bool filtered_;
  uint64_t revision_ = 0;
  std::optional<Event> incomplete_;  // of a revision above revision_
  uint32_t last_part_ = 0;           // of incomplete_
};

// What is delivered to the application.
using Delivery = std::variant<SubscriptionStarted, SubscriptionReset, Event, SubscriptionProgress>;

// A subscription without thread and network: decides what to send and what to deliver. All times
// are of Clock::Monotonic. Thread-compatible.
class SubscriptionCore {
 public:
  // `instance` is used if the options have none.
  SubscriptionCore(std::string namespace_name, SubscriptionOptions options, std::string instance);

  // Begins a stream. Returns its first message, which must be sent now. The first stream starts at
  // the position of the options, later ones after what was delivered.
  v1::SubscribeRequest Begin(absl::Duration now);

  // Handles a message of the service, and appends what to deliver to `out`. An error means that the
  // stream violates the protocol and must be replaced. Deliveries before the error are valid, and
  // the next stream continues after them.
  absl::Status Receive(const v1::SubscribeResponse& response, absl::Duration now,
                       std::vector<Delivery>& out);

  // Notes that the application has applied everything up to here. Used with
  // Acknowledgement::kExplicit.
  void Acknowledge(const Position& position);

  // Returns the message that is due, if any, which must be sent now. REQUIRES: all deliveries of
  // Receive are made, and no other message is being sent.
  std::optional<v1::SubscribeRequest> NextMessage(absl::Duration now);

  // Whether writers may wait for this subscriber, so that it should announce that it leaves.
  bool ShouldLeave() const {
    return started_ && options_.acknowledgement != Acknowledgement::kNone;
  }

  // Returns the last message: this subscriber serves nothing any more. REQUIRES: ShouldLeave, and
  // no other message is being sent.
  v1::SubscribeRequest Leave(absl::Duration now);

  // Whether the stream counts as lost, because no message arrived for several heartbeats.
  bool IsSilent(absl::Duration now) const { return now >= SilentAt(); }

  // When the result of NextMessage or IsSilent may change without further calls.
  absl::Duration WakeAt() const;

 private:
  void Deliver(std::vector<Event> events, std::vector<Delivery>& out);
  // The highest revision of this stream that may be acknowledged.
  uint64_t Acknowledgeable() const;
  absl::Duration SilentAt() const;
  void Start(const v1::Started& started, std::vector<Delivery>& out);
  void Reset(const v1::Reset& reset, std::vector<Delivery>& out);
  void PassProgress(const v1::Progress& progress, std::vector<Delivery>& out);
  v1::SubscribeRequest NewMessage(absl::Duration now);

  const std::string namespace_name_;
  const SubscriptionOptions options_;
  const std::string instance_;

  EventAssembly assembly_;
  std::string epoch_;
  bool ever_started_ = false;    // then the next stream resumes at epoch_ and assembly_
  uint64_t last_delivered_ = 0;  // revision of the last event or reset
  uint64_t applied_ = 0;         // by Acknowledge

  // Of the current stream.
  absl::Duration begun_;
  bool started_ = false;
  absl::Duration lease_;
  absl::Duration heartbeat_;
  absl::Duration last_heard_;
  absl::Duration last_sent_;
  uint64_t acknowledged_ = 0;  // the last acknowledgement sent
  uint64_t sequence_ = 0;
  std::deque<std::pair<uint64_t, absl::Duration>> sent_;  // messages without an echo
  absl::Duration lease_end_;
};

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_SUBSCRIPTION_CORE_H_
