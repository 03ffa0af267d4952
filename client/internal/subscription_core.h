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
#include "client/internal/event_assembly.h"
#include "client/subscription.h"
#include "protos/cache_invalidation/v1/subscription_service.pb.h"

namespace cache_invalidation::client::internal {

// What is to be told to the application.
using Delivery = std::variant<SubscriptionStarted, SubscriptionReset, Event, SubscriptionProgress>;

// A subscription without its thread and its network: says what to send and what to deliver. All
// times are of Clock::Monotonic. Thread-compatible.
class SubscriptionCore {
 public:
  // `instance` stands in for an instance that the options leave empty.
  SubscriptionCore(std::string namespace_name, SubscriptionOptions options, std::string instance);

  // Begins a stream and answers its first message, which is sent now. The first stream starts where
  // the options say, later ones after what was delivered.
  v1::SubscribeRequest Begin(absl::Duration now);

  // Takes an answer and appends what it tells to `out`. An error: the stream broke its promises and
  // must be replaced; what it told before that is good, and the next stream goes on after it.
  absl::Status Receive(const v1::SubscribeResponse& response, absl::Duration now,
                       std::vector<Delivery>& out);

  // The application has applied everything up to here. Counts with Acknowledgement::kExplicit.
  void Acknowledge(const Position& position);

  // The message that is due, if any; then it is sent now. To be asked after all deliveries of
  // Receive were made, and while no other message is on its way.
  std::optional<v1::SubscribeRequest> NextMessage(absl::Duration now);

  // Whether writers may be waiting for the subscriber, so that it should say that it leaves.
  bool ShouldLeave() const {
    return started_ && options_.acknowledgement != Acknowledgement::kNone;
  }

  // The last message: nothing of this subscription is served any more. REQUIRES: ShouldLeave, and
  // no other message is on its way.
  v1::SubscribeRequest Leave(absl::Duration now);

  // Nothing came for so long that the stream counts as lost.
  bool IsSilent(absl::Duration now) const { return now >= SilentAt(); }

  // When NextMessage or IsSilent may change their answer by themselves.
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
  bool ever_started_ = false;    // then epoch_ and assembly_ are the place to resume
  uint64_t last_delivered_ = 0;  // the last event or reset
  uint64_t applied_ = 0;         // by Acknowledge

  // Of the current stream.
  absl::Duration begun_;
  bool started_ = false;
  absl::Duration lease_;
  absl::Duration heartbeat_;
  absl::Duration last_heard_;
  absl::Duration last_sent_;
  uint64_t acknowledged_ = 0;  // the last acknowledgement that was sent
  uint64_t sequence_ = 0;
  std::deque<std::pair<uint64_t, absl::Duration>> sent_;  // messages without an echo yet
  absl::Duration lease_end_;
};

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_SUBSCRIPTION_CORE_H_
