// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_CACHECTL_INGEST_PROGRESS_H_
#define CACHE_INVALIDATION_CLIENT_CACHECTL_INGEST_PROGRESS_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <ostream>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/clock.h"
#include "common/mutex.h"

namespace cache_invalidation::cachectl {

// The progress of an ingest. Its position is that of the last transaction that has a result, as
// have all transactions before it: a reader that continues there misses nothing. Thread-safe.
class IngestProgress {
 public:
  struct State {
    uint64_t answered = 0;        // transactions with a result, up to the first without one
    uint64_t answered_bytes = 0;  // of the input, up to the end of the last of these
    std::string answered_lsn;     // the position in the log after them; empty: unknown

    uint64_t unanswered = 0;                        // transactions read after these
    uint64_t unanswered_bytes = 0;                  // of the input
    absl::Duration waiting = absl::ZeroDuration();  // age of the oldest of them

    bool operator==(const State&) const = default;
  };

  // `clock` must outlive it.
  explicit IngestProgress(const Clock& clock) : clock_(clock) {}

  // Adds a transaction that was read completely. It ends after `bytes` bytes of the input and
  // before `lsn` in the log (empty: unknown). Returns the number of the transaction.
  uint64_t Read(uint64_t bytes, std::string lsn) ABSL_LOCKS_EXCLUDED(mutex_);

  // Notes that the service has applied that transaction, durably. Calls may come in any order.
  void Answer(uint64_t number) ABSL_LOCKS_EXCLUDED(mutex_);

  State state() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Transaction {
    uint64_t bytes = 0;
    std::string lsn;
    absl::Duration read_at;
    bool answered = false;
  };

  const Clock& clock_;
  mutable Mutex mutex_;
  State state_ ABSL_GUARDED_BY(mutex_);  // without what is computed from `transactions_`
  // Those from number `state_.answered` on. The first one has no result.
  std::deque<Transaction> transactions_ ABSL_GUARDED_BY(mutex_);
};

// Returns the state as one line, without a line break:
//
//   379 transactions applied, up to 0/1A2B3C4; 2 without result, 310 bytes, for 1.5s
std::string Describe(const IngestProgress::State& state);

// Returns the position in the log after a transaction, taken from its last line as wal2json writes
// it with include-lsn (`{"action":"C","lsn":"0/15","nextlsn":"0/16"}`); empty for any other line.
std::string NextLsn(absl::string_view line);

// A progress line on a terminal. Thread-compatible.
class ProgressBar {
 public:
  // Draws on `out`, which must outlive it, if `enabled`. A `total` of 0 means unknown: no bar.
  ProgressBar(std::ostream& out, bool enabled, uint64_t total);

  // Clears the line.
  ~ProgressBar();

  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  // Shows `done` of the total and a few words beside it. Draws only if the line changes.
  void Update(uint64_t done, absl::string_view words);

 private:
  std::ostream& out_;
  const bool enabled_;
  const uint64_t total_;
  std::string drawn_;
};

// Calls a function at intervals, on a thread of its own, the first time after one interval.
class Ticker {
 public:
  // `clock` must outlive it. With an infinite interval `tick` is never called.
  Ticker(Clock& clock, absl::Duration interval, std::function<void()> tick);

  // Once this returns, `tick` does not run any more.
  ~Ticker();

  Ticker(const Ticker&) = delete;
  Ticker& operator=(const Ticker&) = delete;

 private:
  void Run() ABSL_LOCKS_EXCLUDED(mutex_);

  Clock& clock_;
  const absl::Duration interval_;
  const std::function<void()> tick_;
  Mutex mutex_;
  CondVar stopped_changed_;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace cache_invalidation::cachectl

#endif  // CACHE_INVALIDATION_CLIENT_CACHECTL_INGEST_PROGRESS_H_
