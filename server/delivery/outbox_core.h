#ifndef CACHE_INVALIDATION_SERVER_DELIVERY_OUTBOX_CORE_H_
#define CACHE_INVALIDATION_SERVER_DELIVERY_OUTBOX_CORE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <queue>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/time/time.h"
#include "common/clock.h"
#include "server/delivery/outlet.h"

namespace cache_invalidation::delivery {

// A stream as the outbox sees it. Its methods are called on the outbox's thread.
class OutboxStream {
 public:
  struct Upkeep {
    // It has ended: the outbox forgets it.
    bool over = false;
    // The channel whose events it wants to hear of; 0: none yet. Never changes once it is set.
    uint64_t channel = 0;
    // When it wants to be driven if nothing else happens before.
    absl::Duration wake_at = absl::InfiniteDuration();
  };

  virtual ~OutboxStream() = default;

  // Sends what there is to send and does what is due. Must not block.
  virtual Upkeep Drive(absl::Duration now) = 0;

  // The server stops: once everything published has been sent, and at `deadline` in any case, the
  // stream is to end. Called once at most, before the Drive that is to heed it.
  virtual void Drain(absl::Duration deadline) = 0;

  // The store failed: the stream is to end at once, without sending anything more. Called once at
  // most.
  virtual void Abort() = 0;

  // Whether it answers calls, which do not wait for streams: it goes before all others.
  virtual bool AnswersCalls() const { return false; }

 private:
  friend class Outbox;
  friend class OutboxCore;

  std::atomic<bool> queued_ = false;  // waits to be driven

  // For OutboxCore alone.
  absl::Duration armed_ = absl::InfiniteDuration();  // the earliest timer that is set for it
  uint64_t channel_ = 0;
  size_t place_in_channel_ = 0;
};

// Who has streams driven.
class StreamWaker {
 public:
  virtual ~StreamWaker() = default;

  // Has the stream driven soon. The first call makes it known; from then on it is kept alive until
  // it is over. Thread-safe, does not block.
  virtual void Wake(std::shared_ptr<OutboxStream> stream) = 0;
};

// What came in for the outbox since it last looked.
struct OutboxWork {
  struct Completions {
    std::vector<Outlet::Completion> run;
    bool durable = true;
  };

  std::vector<Completions> completions;
  std::vector<std::shared_ptr<OutboxStream>> woken;  // each once: OutboxStream::queued_
  absl::flat_hash_set<uint64_t> moved;               // channels with new events
  std::optional<absl::Duration> drain;               // the deadline
  bool abandoned = false;

  bool empty() const {
    return completions.empty() && woken.empty() && moved.empty() && !drain && !abandoned;
  }
};

// The outbox without its thread: decides who is answered and driven when. Tests drive it step by
// step.
//
// Completions go first, in the order of their groups, then who answers calls that have waited.
// Streams are driven in passes, each in the order in which they came to have something to do. The
// streams of a channel with new events join between two passes: so an idle outbox sends at once,
// and under load each stream gets once per pass, in one message, what gathered since its last turn.
//
// Thread-compatible.
class OutboxCore {
 public:
  // How many streams are driven before completions get their turn again: about a third of a
  // millisecond of socket writes.
  static constexpr int kStreamsPerStep = 32;
  // The same for streams that take longer, because they judge much that their filter keeps back.
  static constexpr absl::Duration kStepTime = absl::Milliseconds(2);

  // `clock` must outlive it.
  explicit OutboxCore(const Clock& clock) : clock_(clock) {}

  void Accept(OutboxWork work);

  // Runs every completion, then drives streams whose turn it is: at least one, and no more once
  // kStepTime has passed.
  void Step();

  // Whether Step has something to do whatever the time.
  bool busy() const { return !completions_.empty() || !queue_.empty() || !moved_.empty(); }

  // When Step has something to do in any case.
  absl::Duration next_timer() const {
    return timers_.empty() ? absl::InfiniteDuration() : timers_.top().at;
  }

  size_t streams() const { return streams_.size(); }

 private:
  struct Timer {
    absl::Duration at;
    std::weak_ptr<OutboxStream> stream;

    bool operator<(const Timer& other) const { return at > other.at; }  // the earliest on top
  };

  void Queue(std::shared_ptr<OutboxStream> stream);
  // REQUIRES: queued_.
  void Enqueue(std::shared_ptr<OutboxStream> stream);
  void QueueDue(absl::Duration now);
  void QueueMoved();
  void Drive(const std::shared_ptr<OutboxStream>& stream, absl::Duration now);
  void Greet(const std::shared_ptr<OutboxStream>& stream);
  void Join(OutboxStream& stream, uint64_t channel);
  void Forget(const std::shared_ptr<OutboxStream>& stream);

  const Clock& clock_;
  std::vector<OutboxWork::Completions> completions_;
  std::deque<std::shared_ptr<OutboxStream>> queue_;
  size_t left_in_pass_ = 0;
  absl::flat_hash_set<uint64_t> moved_;
  std::priority_queue<Timer> timers_;

  absl::flat_hash_set<std::shared_ptr<OutboxStream>> streams_;
  absl::flat_hash_map<uint64_t, std::vector<OutboxStream*>> channels_;
  std::optional<absl::Duration> drain_;
  bool abandoned_ = false;
};

}  // namespace cache_invalidation::delivery

#endif  // CACHE_INVALIDATION_SERVER_DELIVERY_OUTBOX_CORE_H_
