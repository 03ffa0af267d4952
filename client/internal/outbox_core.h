// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_OUTBOX_CORE_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_OUTBOX_CORE_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "client/internal/retry.h"
#include "client/write_event.h"
#include "client/write_outbox.h"
#include "client/write_transaction.h"

namespace cache_invalidation::client::internal {

// Writes of one namespace that are sent by one call.
struct OutboxBatch {
  std::string namespace_name;
  std::vector<WriteEvent> writes = {};
  size_t bytes = 0;         // encoded, of `writes`
  bool everything = false;  // then `writes` is empty
  size_t exact = 0;         // the number of `writes` that are as they were added
  uint64_t adds = 1;        // calls of Add that it covers
  uint64_t oldest = 0;      // the number of the first of them
};

// What a RetryingOutbox holds, and when it sends what. Without threads and clock: time is an
// argument, as Clock::Monotonic counts.
//
// Each namespace waits for itself: what the service refuses of one is tried again without end, and
// must not hold up the others. Among those that may send, the one that was tried longest ago is
// next, so that none of them waits for more than one call of each other.
//
// Thread-compatible.
class OutboxCore {
 public:
  OutboxCore(const WriteOutboxOptions& options, std::function<double()> random);

  void Add(UnsentWrites unsent);

  // Returns what to send now, after which Finish must be called; nothing if there is none, or it is
  // too early, or something is being sent.
  std::optional<OutboxBatch> Next(absl::Duration now);

  // The call of Next ended with this.
  void Finish(const absl::Status& status, absl::Duration now);

  // Returns when Next will return something, if nothing is added; absl::InfiniteDuration() if
  // never.
  absl::Duration NextAt() const;

  // Ends all pauses.
  void Hurry();

  // Returns the number of the last Add, counted from 1, and of the oldest that is not covered by a
  // call that succeeded (one more than the last if there is none).
  uint64_t last_added() const { return added_; }
  uint64_t OldestWaiting() const;

  // Returns everything that was not sent, also what is being sent, the oldest first, and forgets
  // it.
  std::vector<OutboxBatch> TakeAll();

  WriteOutboxStatistics Statistics() const;

 private:
  // What waits for one namespace. There is one while something waits or is being sent.
  struct Lane {
    std::deque<OutboxBatch> waiting = {};  // in the order of their addition
    Backoff backoff;
    Backoff patient;
    absl::Duration next_at = -absl::InfiniteDuration();
    uint64_t last_call = 0;   // the number of the last call, or of the one before its first
    absl::Status error = {};  // of the last call
  };

  Lane& LaneOf(const std::string& namespace_name);
  // Appends what follows, as far as it fits into one call.
  void Fill(Lane& lane, OutboxBatch& batch);
  bool Fits(size_t divisor) const;
  // Widens what waits if it exceeds a limit.
  void FitIntoLimits();
  void WidenAll(bool to_everything);
  // Names types instead of what was written; or everything.
  void Widen(OutboxBatch& batch, bool to_everything);
  // Makes one batch of two of the same namespace. `later` was added later.
  void Append(OutboxBatch later, OutboxBatch& batch);
  // Forgets the writes of a batch, which everything replaces.
  void Clear(OutboxBatch& batch);
  void CountBatch(const OutboxBatch& batch, int sign);

  const size_t max_writes_;
  const size_t max_bytes_;
  const BackoffOptions backoff_;
  const std::function<double()> random_;
  std::map<std::string, Lane> lanes_;  // by namespace
  std::optional<OutboxBatch> sending_;
  size_t writes_ = 0;  // of lanes_ and sending_
  size_t bytes_ = 0;
  uint64_t added_ = 0;
  uint64_t calls_ = 0;
  WriteOutboxStatistics statistics_;
};

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_OUTBOX_CORE_H_
