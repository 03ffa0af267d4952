#include "server/shard/shard_loop.h"

#include <algorithm>
#include <utility>

#include "common/limits.h"

namespace cache_invalidation::shard {

ShardLoop::ShardLoop(std::unique_ptr<ShardCore> core, const EngineTime& time, MailboxLimits limits,
                     Clock& clock, ShardObserver& observer,
                     absl::AnyInvocable<void(commit::Group)> hand_over)
    : core_(std::move(core)),
      hand_over_(std::move(hand_over)),
      time_(time),
      clock_(clock),
      observer_(observer),
      mailbox_(limits, clock) {}

absl::Status ShardLoop::Submit(std::unique_ptr<Submission> submission) {
  absl::Status status = mailbox_.Push(std::move(submission));
  if (!status.ok()) {
    observer_.OnRefused();
  }
  return status;
}

bool ShardLoop::Turn(absl::Duration deadline) {
  Mailbox::Contents contents = mailbox_.Take(deadline);
  const bool closed = contents.closed;
  group_begun_ = clock_.Monotonic();
  hold_begun_ = group_begun_;
  ApplyAll(std::move(contents));
  if (closed) {
    core_->FlushEverything(time_.Now());
  }
  HandOver();
  return !closed;
}

void ShardLoop::ApplyAll(Mailbox::Contents contents) {
  if (!contents.submissions.empty()) {
    observer_.OnTaken({.submissions = contents.submissions.size(), .bytes = contents.bytes});
  }
  for (std::unique_ptr<Submission>& submission : contents.submissions) {
    const absl::Time now = time_.Now();
    if (core_->next_timer() <= now) {
      core_->RunTimers(now);
      NoteHold();
    }
    core_->Apply(std::move(submission), now);
    NoteHold();
    if (core_->group_bytes() >= kMaxGroupBytes) {
      HandOver();
    }
  }
  for (const auto& [namespace_name, floor] : contents.trims) {
    core_->Trim(namespace_name, floor, time_.Now());
  }
  core_->RunTimers(time_.Now());
  NoteHold();
}

void ShardLoop::NoteHold() {
  const absl::Duration now = clock_.Monotonic();
  longest_hold_ = std::max(longest_hold_, now - hold_begun_);
  hold_begun_ = now;
}

void ShardLoop::HandOver() {
  if (core_->group_empty()) {
    return;
  }
  auto [group, stats] = core_->SealGroup();
  const absl::Duration now = clock_.Monotonic();
  stats.elapsed = now - group_begun_;
  group_begun_ = now;
  stats.longest_hold = std::exchange(longest_hold_, absl::ZeroDuration());
  hold_begun_ = now;
  observer_.OnGroupSealed(stats);
  hand_over_(std::move(group));
}

}  // namespace cache_invalidation::shard
