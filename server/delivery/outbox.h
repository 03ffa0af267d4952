// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_DELIVERY_OUTBOX_H_
#define CACHE_INVALIDATION_SERVER_DELIVERY_OUTBOX_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <queue>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "common/clock.h"
#include "common/mutex.h"

namespace cache_invalidation::delivery {

// Runs completions and streams for the hub. Implemented by the outbox, on the thread that writes to
// clients.
//
// Called on the committer's thread; must not block on a socket.
class Outlet {
 public:
  using Completion = absl::AnyInvocable<void(bool durable)>;

  virtual ~Outlet() = default;

  // Runs the completions with `true`, in order, then drives every stream of the channels with these
  // ids: their logs have new events.
  virtual void Deliver(std::vector<Completion> completions, std::vector<uint64_t> moved) = 0;

  // Runs the completions with `false` and cancels every stream, including future ones.
  virtual void Abandon(std::vector<Completion> completions) = 0;
};

// A stream as the outbox sees it. Its methods are called on the outbox's thread.
class OutboxStream {
 public:
  struct Upkeep {
    // It has ended: the outbox drops it.
    bool over = false;
    // The channel whose events wake it; 0: none yet. Never changes once it is set.
    uint64_t channel = 0;
    // When it is to be driven if nothing else wakes it before.
    absl::Duration wake_at = absl::InfiniteDuration();
  };

  virtual ~OutboxStream() = default;

  // Sends what is ready and does what is due. Must not block.
  virtual Upkeep Drive(absl::Duration now) = 0;

  // The server stops: the stream must end once it has sent everything published or its client reads
  // nothing any more, and at `deadline` at the latest. Called once at most, before the Drive that
  // acts on it.
  virtual void Drain(absl::Duration deadline) = 0;

  // The store failed: the stream must end at once, without sending anything more. Called once at
  // most.
  virtual void Abort() = 0;

  // Whether it completes calls, which do not wait for streams: it is driven before all others.
  virtual bool AnswersCalls() const { return false; }

 private:
  friend class Outbox;
  friend class OutboxCore;

  std::atomic<bool> queued_ = false;  // is queued to be driven

  // Used by OutboxCore only.
  absl::Duration armed_ = absl::InfiniteDuration();  // the earliest timer that is set for it
  uint64_t channel_ = 0;
  size_t place_in_channel_ = 0;
};

// Queues streams to be driven.
class StreamWaker {
 public:
  virtual ~StreamWaker() = default;

  // Queues the stream to be driven soon. The first call registers it; from then on it is kept alive
  // until it is over. Thread-safe, does not block.
  virtual void Wake(std::shared_ptr<OutboxStream> stream) = 0;
};

// The work that has arrived for the outbox since the last step.
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
  bool all_woken = false;  // every stream is driven

  bool empty() const {
    return completions.empty() && woken.empty() && moved.empty() && !drain && !abandoned &&
           !all_woken;
  }
};

// The outbox without its thread: decides when each completion and each stream runs. Tests drive it
// step by step.
//
// Completions run first, in the order of their groups, then the stream that completes calls that
// have waited. The other streams are driven in passes, each in the order in which they were queued.
// The streams of a channel with new events join between two passes: so an idle outbox sends at
// once, and under load each stream sends once per pass, in one message, what has accumulated.
//
// Thread-compatible.
class OutboxCore {
 public:
  // How many streams are driven before completions run again: about a third of a millisecond of
  // socket writes.
  static constexpr int kStreamsPerStep = 32;
  // The same as time, for streams that take longer because their filter rejects much.
  static constexpr absl::Duration kStepTime = absl::Milliseconds(2);

  // `clock` must outlive it.
  explicit OutboxCore(const Clock& clock) : clock_(clock) {}

  void Accept(OutboxWork work);

  // Runs every completion, then drives queued streams: at least one, and none after kStepTime.
  void Step();

  // Whether Step has something to do now, timers aside.
  bool busy() const { return !completions_.empty() || !queue_.empty() || !moved_.empty(); }

  // When Step has something to do at the latest.
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

  void Queue(std::shared_ptr<OutboxStream> stream) {
    if (!stream->queued_.exchange(true)) Enqueue(std::move(stream));
  }
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

// The thread that writes to clients: it completes unary calls once their results are durable, and
// starts the streams' writes. See OutboxCore for the order.
//
// It outlives the transport of the streams, whose last reactions still wake them, and the
// committer, which hands it completions.
//
// Thread-safe; no call blocks.
class Outbox final : public Outlet, public StreamWaker {
 public:
  // Starts the thread. `clock` must outlive the outbox.
  explicit Outbox(Clock& clock);

  // Finishes the pending work, then joins the thread. REQUIRES: no more calls, and every stream is
  // over.
  ~Outbox() override;

  void Deliver(std::vector<Completion> completions, std::vector<uint64_t> moved) override
      ABSL_LOCKS_EXCLUDED(mutex_);
  void Abandon(std::vector<Completion> completions) override ABSL_LOCKS_EXCLUDED(mutex_);

  void Wake(std::shared_ptr<OutboxStream> stream) override ABSL_LOCKS_EXCLUDED(mutex_);

  // Queues every stream to be driven soon: something has changed that they all look at.
  void WakeAll() ABSL_LOCKS_EXCLUDED(mutex_);

  // Ends every stream, including future ones, with UNAVAILABLE: as soon as everything that was
  // published has been sent to it or its client reads nothing any more, and after `grace` at the
  // latest. REQUIRES: the last group has been published.
  void Drain(absl::Duration grace) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  void Run() ABSL_LOCKS_EXCLUDED(mutex_);

  Clock& clock_;
  Mutex mutex_;  // taken after that of a stream
  CondVar changed_;
  OutboxWork work_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  OutboxCore core_;  // used by the thread only
  std::thread thread_;
};

}  // namespace cache_invalidation::delivery

#endif  // CACHE_INVALIDATION_SERVER_DELIVERY_OUTBOX_H_
