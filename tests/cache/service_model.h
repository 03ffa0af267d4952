#ifndef CACHE_INVALIDATION_TESTS_CACHE_SERVICE_MODEL_H_
#define CACHE_INVALIDATION_TESTS_CACHE_SERVICE_MODEL_H_

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

// Times are plain numbers of the model.
using Time = int64_t;

// The lease as the client counts it, from when it sent a message; the service counts from when the
// message came, and longer.
inline constexpr Time kClientLease = 10;
inline constexpr Time kServiceLease = 12;

// What a stream brings to the client, in order.
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

// The service as far as one cache sees it: numbers events, keeps a history, delivers it on a stream
// that can break, and knows what its one subscriber acknowledged and until when its lease runs.
class ServiceModel {
 public:
  ServiceModel();

  // Publishes an invalidation, and if it is of a tag, that of the keys of tracked entries that it
  // leads to. Answers its revision.
  uint64_t Publish(const client::Invalidation& invalidation);

  // Whether a call that published a revision under this epoch need not wait any more.
  bool MayAnswer(const std::string& epoch, uint64_t revision, Time now) const;

  // An entry as TrackEntries registers it.
  struct Tracked {
    std::vector<std::string> tags = {};
    std::vector<std::string> depends_on_keys = {};
  };
  void TrackUnchecked(const std::string& key, Tracked entry) { tracked_[key] = std::move(entry); }
  bool IsTracked(const std::string& key) const { return tracked_.contains(key); }
  // Answers whether the fill is accepted.
  bool Track(const std::string& key, Tracked entry, const client::Position& position);

  // ---- The stream

  // A message of the client came, sent then; `acknowledged` is 0 if it says nothing.
  void Receive(Time sent_at, uint64_t acknowledged, Time now);
  // A new stream, after this position; an empty epoch starts at the head.
  void Connect(const client::Position& after, Time sent_at, Time now);
  void Disconnect();
  // Starts anew without history, rules or sessions.
  void RestartEmpty(Time now);

  bool is_connected() const { return is_connected_; }
  std::deque<Message>& to_client() { return to_client_; }
  client::Position head() const { return {.epoch = epoch_, .revision = events_.size()}; }
  const std::string& epoch() const { return epoch_; }

 private:
  // Whether any event after the revision names the tag or key, or evicted the entry.
  bool HasMoved(const std::string& name, uint64_t after) const;
  // The tracked keys that an invalidation of the tag reaches; those that it reaches through an edge
  // also go to `named`.
  std::set<std::string> Reach(const std::string& tag, std::set<std::string>& named) const;

  std::string epoch_ = "1";
  std::vector<client::Event> events_;
  std::map<std::string, Tracked> tracked_;
  std::map<std::string, uint64_t> evicted_;  // keys, and the revision
  bool is_connected_ = false;
  std::deque<Message> to_client_;
  uint64_t acknowledged_ = 0;
  Time lease_end_ = 0;
  Time wait_at_least_until_ = 0;  // leases that a former service had granted
};

}  // namespace cache_invalidation::interleaving

#endif  // CACHE_INVALIDATION_TESTS_CACHE_SERVICE_MODEL_H_
