// SPDX-License-Identifier: Apache-2.0

// RetryingOutbox: keeps writes that could not be reported to the service, in memory, and sends them
// when it can be reached again.
//
//   #include "client/client.h"
//   #include "client/write_outbox.h"
//   #include "client/write_transaction.h"
//   using namespace cache_invalidation::client;
//
//   Client client(MakeConnection("localhost:7400"));
//   RetryingOutbox outbox(client);
//
//   WriteTransaction transaction(
//       client, {.on_unsent = [&](const UnsentWrites& unsent) {
//         unsent.everything ? cache.DropEverything() : cache.Drop(unsent.tags);
//         outbox.Add(unsent);  // other processes serve the old values until it has been sent
//       }});
//   transaction.Add("user", "user123", "update");
//   transaction.Commit([&] { return db.Commit(); });
//
//   // At the end of the process.
//   if (!outbox.Flush(absl::Seconds(30))) Log(outbox.Statistics().last_error);
//
// It never drops an invalidation. What was added while the service was away is sent in few calls,
// so several transactions can become one event; within a namespace their order is kept. At a limit
// of WriteOutboxOptions, what waits is replaced by the types that were written (one write with an
// empty id for each), and if these take more than half of a limit, by everything. So is what the
// service refuses. Both are counted (WriteOutboxStatistics).
//
// A namespace that the service refuses, because its name is wrong or a permission is missing, waits
// alone: the others are sent meanwhile. They share one thread, so a call that waits for the service
// holds them up until its deadline (WriteOutboxOptions::call) at most.
//
// It is memory: what it holds is lost with the process. A table in the application's own database
// loses nothing (docs/outbox.md).
//
// Threads: thread-safe; one thread of its own, which sends. Add does not block.
// Errors: calls are retried without end, with backoff. Nothing throws.
// Cost: nothing while it is empty.

#ifndef CACHE_INVALIDATION_CLIENT_WRITE_OUTBOX_H_
#define CACHE_INVALIDATION_CLIENT_WRITE_OUTBOX_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "client/call_options.h"
#include "client/client.h"
#include "client/client_options.h"
#include "client/write_transaction.h"
#include "common/clock.h"
#include "common/mutex.h"

namespace cache_invalidation::client {

namespace internal {
class OutboxCore;
struct OutboxBatch;
}  // namespace internal

struct WriteOutboxOptions {
  // Number of writes, and their encoded bytes, that wait at most; in memory they take several times
  // these bytes.
  size_t max_writes = 100'000;
  size_t max_bytes = 16 << 20;

  // Options of each call that sends. Its deadline bounds one call, within which the connection
  // retries with its own backoff; after it the next call begins. The namespace is that of the
  // writes; `cancellation` and `request_id` are ignored.
  CallOptions call = {};

  // Pause between two calls for a namespace. After an error that the same call would get again, for
  // example a permission that is missing, it is 1 to 30 s.
  BackoffOptions backoff = {};

  // Called by the destructor, for each namespace once or more, with what was not sent (without
  // `tags`). Must not throw. Empty: the number of writes is logged (logging.h).
  std::function<void(const UnsentWrites&)> on_abandoned = {};

  // Source of time. Must outlive the outbox. Null: the system clocks.
  Clock* clock = nullptr;

  // Returns random numbers in [0, 1), for the backoff. Empty: a generator with a random seed.
  std::function<double()> random = {};
};

struct WriteOutboxStatistics {
  // What waits now: writes as they will be sent, after widening, and their encoded bytes.
  uint64_t waiting_writes = 0;
  uint64_t waiting_bytes = 0;
  // Number of namespaces for which everything waits to be invalidated.
  uint64_t waiting_everything = 0;

  // Since the outbox was made: calls of Add that it kept, and those whose writes the service has
  // applied.
  uint64_t added = 0;
  uint64_t sent = 0;

  // Number of writes that were replaced by their types or by everything, and how often a namespace
  // was replaced by everything.
  uint64_t widened_writes = 0;
  uint64_t widened_to_everything = 0;

  // Calls that failed, and the error of the last one, of the namespaces whose last call failed; OK
  // if there are none.
  uint64_t failed_calls = 0;
  absl::Status last_error = {};
};

class RetryingOutbox {
 public:
  explicit RetryingOutbox(Client client, WriteOutboxOptions options = {});

  // Stops sending, also in the middle of a call, and abandons what is left: see
  // WriteOutboxOptions::on_abandoned. Flush first.
  ~RetryingOutbox();

  RetryingOutbox(const RetryingOutbox&) = delete;
  RetryingOutbox& operator=(const RetryingOutbox&) = delete;

  // Keeps the writes until the service has applied them. Repeating writes is harmless.
  void Add(UnsentWrites unsent) ABSL_LOCKS_EXCLUDED(mutex_);

  // Sends what waits at once, without the rest of a pause, and blocks until everything that was
  // added before has been applied, or for `timeout` (absl::InfiniteDuration(): without end).
  // Returns whether it has been.
  bool Flush(absl::Duration timeout) ABSL_LOCKS_EXCLUDED(mutex_);

  WriteOutboxStatistics Statistics() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  void Run() ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Status Send(internal::OutboxBatch batch) const;

  const Client client_;
  const WriteOutboxOptions options_;
  const std::shared_ptr<Clock> clock_;
  std::stop_source stop_;  // cancels the call

  mutable Mutex mutex_;
  CondVar changed_;
  const std::unique_ptr<internal::OutboxCore> core_ ABSL_PT_GUARDED_BY(mutex_);
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_WRITE_OUTBOX_H_
