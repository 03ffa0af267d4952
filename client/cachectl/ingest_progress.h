#ifndef CACHE_INVALIDATION_CLIENT_CACHECTL_INGEST_PROGRESS_H_
#define CACHE_INVALIDATION_CLIENT_CACHECTL_INGEST_PROGRESS_H_

#include <cstdint>
#include <deque>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/clock.h"
#include "common/mutex.h"

namespace cache_invalidation::cachectl {

// How far an ingest has come. Its position is that of the last transaction that was answered
// together with all transactions before it, so whoever reads on from there misses nothing.
// Thread-safe.
class IngestProgress {
 public:
  struct State {
    uint64_t answered = 0;        // transactions, with all before them
    uint64_t answered_bytes = 0;  // of the input, up to the end of the last of them
    std::string answered_lsn;     // where the log goes on after them; empty: the input never said

    uint64_t unanswered = 0;                        // transactions that were read
    uint64_t unanswered_bytes = 0;                  // of the input
    absl::Duration waiting = absl::ZeroDuration();  // for how long, the oldest of them

    bool operator==(const State&) const = default;
  };

  // `clock` must outlive it.
  explicit IngestProgress(const Clock& clock) : clock_(clock) {}

  // A transaction was read whole. The input had `bytes` up to here, and the log goes on at `lsn`
  // after it (empty: not known). Returns the number of the transaction.
  uint64_t Read(uint64_t bytes, std::string lsn) ABSL_LOCKS_EXCLUDED(mutex_);

  // The transaction of that number was answered: the service has it, durably. In any order.
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
  State state_ ABSL_GUARDED_BY(mutex_);  // but for what is computed from `transactions_`
  // Those from number `state_.answered` on; the first one is not answered.
  std::deque<Transaction> transactions_ ABSL_GUARDED_BY(mutex_);
};

// The state in words, on one line without its end:
//
//   379 transactions answered, up to 0/1A2B3C4; 2 not answered, 310 bytes, for 1.5s
std::string Describe(const IngestProgress::State& state);

// Where the log goes on after a transaction, by its last line as wal2json writes it with
// include-lsn (`{"action":"C","lsn":"0/15","nextlsn":"0/16"}`); empty for any other line.
std::string NextLsn(absl::string_view line);

}  // namespace cache_invalidation::cachectl

#endif  // CACHE_INVALIDATION_CLIENT_CACHECTL_INGEST_PROGRESS_H_
