// SPDX-License-Identifier: Apache-2.0

#include "server/commit/committer.h"

#include <utility>

#include "common/check.h"

namespace cache_invalidation::commit {

GroupWriter::GroupWriter(storage::Store& store, storage::Store::Sync sync, Publisher& publisher,
                         const Clock& clock, CommitObserver& observer, OnFatal on_fatal)
    : store_(store),
      sync_(sync),
      publisher_(publisher),
      clock_(clock),
      observer_(observer),
      on_fatal_(std::move(on_fatal)) {}

void GroupWriter::Write(std::vector<Group> groups) {
  CommitStats stats{.groups = groups.size()};
  std::vector<const storage::WriteBatch*> batches;
  storage::Store::Sync sync = sync_;
  for (const Group& group : groups) {
    stats.bytes += group.size_bytes;
    if (!group.batch.empty()) {
      stats.rows += group.batch.rows.size();
      stats.chunks += group.batch.chunks.size();
      batches.push_back(&group.batch);
      if (group.sync) sync = storage::Store::Sync::kYes;
    }
  }
  if (!failed_ && !batches.empty()) {
    const absl::Duration start = clock_.Monotonic();
    const absl::Status status = store_.Write(batches, sync);
    stats.written = true;
    stats.elapsed = clock_.Monotonic() - start;
    if (!status.ok()) {
      failed_ = true;
      // Before anything else, so that the process ends even if abandoning the groups blocks.
      on_fatal_(status);
    }
  }
  if (!failed_) {
    observer_.OnCommitted(stats);
  }
  for (Group& group : groups) {
    // The rows have been written; delivery need not hold them.
    group.batch = {};
    if (failed_) {
      publisher_.Abandon(std::move(group));
    } else {
      publisher_.Publish(std::move(group));
    }
  }
}

Committer::Committer(std::unique_ptr<GroupWriter> writer, Clock& clock, size_t gathered_bytes_limit)
    : clock_(clock),
      gathered_bytes_limit_(gathered_bytes_limit),
      writer_(std::move(writer)),
      next_timer_(writer_->next_timer()),
      thread_([this] { Run(); }) {}

void Committer::Submit(Group group) {
  MutexLock lock(mutex_);
  while (gathered_bytes_ >= gathered_bytes_limit_) {
    changed_.Wait(mutex_);
  }
  Check(!stopping_, "groups come before the committer stops");
  Gather(std::move(group));
}

bool Committer::TrySubmit(Group group) {
  MutexLock lock(mutex_);
  if (stopping_) return false;
  Gather(std::move(group));
  return true;
}

void Committer::WriteThrough(Group group) {
  std::vector<Group> groups;
  groups.push_back(std::move(group));
  Write(std::move(groups));
}

void Committer::Gather(Group group) {
  gathered_bytes_ += group.size_bytes;
  gathered_.push_back(std::move(group));
  changed_.NotifyAll();
}

void Committer::Stop() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    changed_.NotifyAll();
  }
  if (thread_.joinable()) {
    thread_.join();
  }
}

void Committer::Run() {
  for (;;) {
    std::vector<Group> groups;
    {
      MutexLock lock(mutex_);
      bool timer = false;
      while (gathered_.empty() && !stopping_ && !timer) {
        timer = clock_.WaitUntil(mutex_, changed_, next_timer_);
      }
      if (gathered_.empty() && stopping_) {
        return;
      }
      groups.swap(gathered_);
      gathered_bytes_ = 0;
      changed_.NotifyAll();
    }
    Write(std::move(groups));
  }
}

void Committer::Write(std::vector<Group> groups) {
  MutexLock writing(writing_mutex_);
  if (groups.empty()) {
    writer_->RunTimers();
  } else {
    writer_->Write(std::move(groups));
  }
  const absl::Duration next_timer = writer_->next_timer();
  MutexLock lock(mutex_);
  if (next_timer == next_timer_) return;
  next_timer_ = next_timer;
  changed_.NotifyAll();
}

}  // namespace cache_invalidation::commit
