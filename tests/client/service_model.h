// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_CLIENT_SERVICE_MODEL_H_
#define CACHE_INVALIDATION_TESTS_CLIENT_SERVICE_MODEL_H_

#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "client/event.h"
#include "client/position.h"

namespace cache_invalidation::interleaving {

// Time in units of the model.
using Time = int64_t;

// The lease as measured by the client, from when it sent a message; the service measures from when
// it received the message, and longer.
inline constexpr Time kClientLease = 10;
inline constexpr Time kServiceLease = 12;

// The messages that a stream delivers to the client, in order.
struct StartedMessage {
  client::Position head;
  uint64_t start_after;
};
struct ResetMessage {
  client::Position start_after;
};
struct ProgressMessage {
  client::Position position;
  Time echoed_sent_at;
};
using Message = std::variant<StartedMessage, ResetMessage, client::Event, ProgressMessage>;

// The service as seen by one cache: numbers events, keeps a history, delivers it on a stream that
// can break, and knows what its one subscriber acknowledged and when its lease ends.
class ServiceModel {
 public:
  ServiceModel();

  // Publishes an invalidation; of a tag, also those of the keys of tracked entries that it reaches.
  // Returns its revision.
  uint64_t Publish(const client::Invalidation& invalidation);

  // Returns whether a call that published a revision under this epoch need not wait any more.
  bool MayAnswer(const std::string& epoch, uint64_t revision, Time now) const;

  // An entry as registered by TrackEntries.
  struct Tracked {
    std::vector<std::string> tags = {};
    std::vector<std::string> depends_on_keys = {};
  };
  void TrackUnchecked(const std::string& key, Tracked entry) { tracked_[key] = std::move(entry); }
  bool IsTracked(const std::string& key) const { return tracked_.contains(key); }
  // Returns whether the fill is accepted.
  bool Track(const std::string& key, Tracked entry, const client::Position& position);

  // ---- The stream

  // Receives a message of the client, sent at `sent_at`; `acknowledged` is 0 if it acknowledges
  // nothing.
  void Receive(Time sent_at, uint64_t acknowledged, Time now);
  // Opens a new stream after this position; an empty epoch starts at the head.
  void Connect(const client::Position& after, Time sent_at, Time now);
  void Disconnect();
  // Restarts without history, rules or sessions.
  void RestartEmpty(Time now);

  bool is_connected() const { return is_connected_; }
  std::deque<Message>& to_client() { return to_client_; }
  client::Position head() const { return {.epoch = epoch_, .revision = events_.size()}; }
  const std::string& epoch() const { return epoch_; }

 private:
  // Returns whether an event after the revision names the tag or key, or evicted the entry.
  bool HasMoved(const std::string& name, uint64_t after) const;
  // Returns the tracked keys that an invalidation of the tag reaches; those reached through an edge
  // are also added to `named`.
  std::set<std::string> Reach(const std::string& tag, std::set<std::string>& named) const;

  std::string epoch_ = "1";
  std::vector<client::Event> events_;
  std::map<std::string, Tracked> tracked_;
  std::map<std::string, uint64_t> evicted_;  // keys, and the revision
  bool is_connected_ = false;
  std::deque<Message> to_client_;
  uint64_t acknowledged_ = 0;
  Time lease_end_ = 0;
  Time wait_at_least_until_ = 0;  // end of the leases of a previous service
};

}  // namespace cache_invalidation::interleaving

#endif  // CACHE_INVALIDATION_TESTS_CLIENT_SERVICE_MODEL_H_
