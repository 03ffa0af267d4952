// SPDX-License-Identifier: Apache-2.0

#include "server/shard/shard_loop.h"

#include <algorithm>
#include <utility>

namespace cache_invalidation::shard {
namespace {

// Size at which a shard seals its group, even if more requests wait: bounds the size of one write
// to the store, and how long the first response of the group is delayed by the last.
constexpr size_t kMaxGroupBytes = 1 << 20;

constexpr absl::Duration kAtOnce = -absl::InfiniteDuration();

}  // namespace

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

bool ShardLoop::TakeMail(absl::Duration deadline) {
  Mailbox::Contents contents = mailbox_.Take(turns_.empty() ? deadline : kAtOnce);
  now_ = clock_.Monotonic();
  if (!contents.submissions.empty()) {
    observer_.OnTaken({.submissions = contents.submissions.size(), .bytes = contents.bytes});
  }
  for (std::unique_ptr<Submission>& submission : contents.submissions) {
    turns_.Add(std::move(submission));
  }
  for (const auto& [namespace_name, floor] : contents.trims) {
    core_->Trim(namespace_name, floor, time_.At(now_));
  }
  return !contents.closed;
}

bool ShardLoop::Turn(absl::Duration deadline) {
  const bool open = TakeMail(deadline);
  group_begun_ = now_;
  const absl::Duration end = now_ + kShardTurn;
  bool more = true;
  while (more && now_ < end && core_->group_bytes() < kMaxGroupBytes) {
    more = RunTimers();
    more |= ApplyNext();
  }
  const bool last = !open && turns_.empty();
  if (last) {
    core_->FlushEverything(time_.At(now_));
  }
  HandOver();
  return !last;
}

void ShardLoop::InvalidateEverything() {
  now_ = clock_.Monotonic();
  core_->InvalidateEverything(time_.At(now_));
  if (!core_->group_empty()) hand_over_(core_->SealGroup().first);
}

bool ShardLoop::ApplyNext() {
  if (turns_.empty()) return false;
  const bool more = core_->ApplyNext(turns_.Next(), time_.At(now_));
  turns_.Charge(NoteHold());
  if (!more) {
    applied_.push_back(turns_.Finish());
  }
  return true;
}

bool ShardLoop::RunTimers() {
  if (core_->next_timer() > time_.At(now_)) return false;
  core_->RunTimers(time_.At(now_));
  NoteHold();
  return true;
}

absl::Duration ShardLoop::NoteHold() {
  const absl::Duration began = std::exchange(now_, clock_.Monotonic());
  longest_hold_ = std::max(longest_hold_, now_ - began);
  return now_ - began;
}

void ShardLoop::HandOver() {
  // Before they are answered: a caller that has its answer finds room for the next request.
  if (!applied_.empty()) {
    mailbox_.Release(applied_);
    applied_.clear();
  }
  if (core_->group_empty()) {
    return;
  }
  auto [group, stats] = core_->SealGroup();
  stats.elapsed = now_ - group_begun_;
  stats.longest_hold = std::exchange(longest_hold_, absl::ZeroDuration());
  observer_.OnGroupSealed(stats);
  hand_over_(std::move(group));
}

}  // namespace cache_invalidation::shard
