#include "server/shard/shard.h"

#include <utility>

#include "common/limits.h"

namespace cache_invalidation::shard {

Shard::Shard(std::unique_ptr<ShardCore> core, const EngineTime& time, MailboxLimits limits,
             Clock& clock, commit::Committer& committer, ShardObserver& observer)
    : core_(std::move(core)),
      time_(time),
      clock_(clock),
      committer_(committer),
      observer_(observer),
      mailbox_(limits, clock),
      thread_([this] { Run(); }) {}

Shard::~Shard() { Stop(); }

absl::Status Shard::Submit(std::unique_ptr<Submission> submission) {
  absl::Status status = mailbox_.Push(std::move(submission));
  if (!status.ok()) {
    observer_.OnRefused();
  }
  return status;
}

void Shard::Stop() {
  Close();
  if (thread_.joinable()) {
    thread_.join();
  }
}

void Shard::Run() {
  bool closed = false;
  while (!closed) {
    Mailbox::Contents contents = mailbox_.Take(time_.MonotonicAt(core_->next_timer()));
    closed = contents.closed;
    group_begun_ = clock_.Monotonic();
    ApplyAll(std::move(contents));
    if (closed) {
      core_->FlushEverything(time_.Now());
    }
    HandOver();
  }
}

void Shard::ApplyAll(Mailbox::Contents contents) {
  if (!contents.submissions.empty()) {
    observer_.OnTaken({.submissions = contents.submissions.size(), .bytes = contents.bytes});
  }
  for (std::unique_ptr<Submission>& submission : contents.submissions) {
    const absl::Time now = time_.Now();
    if (core_->next_timer() <= now) {
      core_->RunTimers(now);
    }
    core_->Apply(std::move(submission), now);
    if (core_->group_bytes() >= kMaxGroupBytes) {
      HandOver();
    }
  }
  for (const auto& [namespace_name, floor] : contents.trims) {
    core_->Trim(namespace_name, floor, time_.Now());
  }
  core_->RunTimers(time_.Now());
}

void Shard::HandOver() {
  if (core_->group_empty()) {
    return;
  }
  auto [group, stats] = core_->SealGroup();
  const absl::Duration now = clock_.Monotonic();
  stats.elapsed = now - group_begun_;
  group_begun_ = now;
  observer_.OnGroupSealed(stats);
  committer_.Submit(std::move(group));
}

}  // namespace cache_invalidation::shard
