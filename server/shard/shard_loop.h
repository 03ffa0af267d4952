// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_SHARD_SHARD_LOOP_H_
#define CACHE_INVALIDATION_SERVER_SHARD_SHARD_LOOP_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/clock.h"
#include "server/commit/group.h"
#include "server/shard/engine_time.h"
#include "server/shard/mailbox.h"
#include "server/shard/shard_core.h"
#include "server/shard/shard_observer.h"
#include "server/shard/turns.h"

namespace cache_invalidation::shard {

// How long a shard works before it hands over its results and reads its mailbox again. Some hundred
// commands share the cost of that.
inline constexpr absl::Duration kShardTurn = absl::Milliseconds(2);

// A shard without its thread: takes submissions from the mailbox, applies them in the order that
// Turns decides, and hands over a group when nothing is left, the group is large or kShardTurn has
// passed. So under load many commands share a group, and an idle shard hands over one at once.
//
// Submit, Trim and Close are thread-safe; the rest is for one thread.
class ShardLoop {
 public:
  // `time`, `clock` and `observer` must outlive the loop. `hand_over` is called within Turn and may
  // block: that is the back-pressure of the store.
  ShardLoop(std::unique_ptr<ShardCore> core, const EngineTime& time, MailboxLimits limits,
            Clock& clock, ShardObserver& observer,
            absl::AnyInvocable<void(commit::Group)> hand_over);

  // See ShardSet.
  absl::Status Submit(std::unique_ptr<Submission> submission);
  void Trim(absl::string_view namespace_name, uint64_t floor) {
    mailbox_.PushTrim(namespace_name, floor);
  }

  // See ShardSet.
  void InvalidateEverything();

  // Whether a turn has something to do now. For who drives it step by step: what is submitted
  // meanwhile is not seen.
  bool HasWork() const {
    return !turns_.empty() || !mailbox_.empty() || next_timer() <= clock_.Monotonic();
  }

  // Refuses submissions from now on. Turns that have something to do may follow.
  void Close() { mailbox_.Close(); }

  // Waits until there is something to do, but not beyond `deadline`; then works on it for about
  // kShardTurn, timers included. False after the last turn, which flushes everything.
  bool Turn(absl::Duration deadline);

  // When there is something to do even if nothing is submitted.
  absl::Duration next_timer() const { return time_.MonotonicAt(core_->next_timer()); }

 private:
  // False once it is closed.
  bool TakeMail(absl::Duration deadline);
  // Each does one step; false if there is nothing to do.
  bool ApplyNext();
  bool RunTimers();
  // Reads the clock into now_. Returns the time since the last reading, and records it as a hold.
  absl::Duration NoteHold();
  void HandOver();

  // Used by Turn only.
  const std::unique_ptr<ShardCore> core_;
  absl::AnyInvocable<void(commit::Group)> hand_over_;
  Turns turns_;
  std::vector<std::unique_ptr<Submission>> applied_;  // not released yet
  absl::Duration now_ = absl::ZeroDuration();         // read after every request
  absl::Duration group_begun_ = absl::ZeroDuration();
  absl::Duration longest_hold_ = absl::ZeroDuration();  // of the group

  const EngineTime& time_;
  const Clock& clock_;
  ShardObserver& observer_;
  Mailbox mailbox_;
};

}  // namespace cache_invalidation::shard

#endif  // CACHE_INVALIDATION_SERVER_SHARD_SHARD_LOOP_H_
