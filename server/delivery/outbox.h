#ifndef CACHE_INVALIDATION_SERVER_DELIVERY_OUTBOX_H_
#define CACHE_INVALIDATION_SERVER_DELIVERY_OUTBOX_H_

#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "common/clock.h"
#include "common/mutex.h"
#include "server/delivery/outbox_core.h"
#include "server/delivery/outlet.h"

namespace cache_invalidation::delivery {

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

  // Ends every stream, including future ones, with UNAVAILABLE: as soon as everything that was
  // published has been sent to it, and after `grace` at the latest. REQUIRES: the last group has
  // been published.
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
