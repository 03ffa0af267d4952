// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_COMMIT_COMMITTER_H_
#define CACHE_INVALIDATION_SERVER_COMMIT_COMMITTER_H_

#include <cstddef>
#include <memory>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "common/clock.h"
#include "common/mutex.h"
#include "server/commit/commit_observer.h"
#include "server/commit/group.h"
#include "server/storage/store.h"

namespace cache_invalidation::commit {

// Called once, with the store's error, when a write has failed. The server must stop serving at
// once and end the process within a second. The call itself must not block.
using OnFatal = absl::AnyInvocable<void(const absl::Status&)>;

// What the committer does, without its thread: the only place of durability and of fail-stop.
//
// After the first failed write nothing is written or published any more: memory may be ahead of the
// disk, and a repeated sync would prove nothing. Every group is abandoned from then on, including
// those of the failed write, whose outcome is unknown.
//
// Thread-compatible.
class GroupWriter {
 public:
  // All references must outlive the writer.
  GroupWriter(storage::Store& store, storage::Store::Sync sync, Publisher& publisher,
              const Clock& clock, CommitObserver& observer, OnFatal on_fatal);

  // Makes the groups durable as one write with one sync (if `sync` or one of them asks for it),
  // then publishes each in order. Groups without rows and chunks cause no write and keep their
  // place.
  void Write(std::vector<Group> groups);

  // Work of the publisher that is due even if nothing is written; see Publisher.
  absl::Duration next_timer() const {
    return failed_ ? absl::InfiniteDuration() : publisher_.next_timer();
  }
  void RunTimers() { publisher_.RunTimers(); }

 private:
  storage::Store& store_;
  const storage::Store::Sync sync_;
  Publisher& publisher_;
  const Clock& clock_;
  CommitObserver& observer_;
  OnFatal on_fatal_;
  bool failed_ = false;
};

// Total size of groups that shards can hand over while another is being synced. Beyond it the
// shards wait, their mailboxes fill, and calls fail and must be retried. Some tenths of a second of
// a disk's bandwidth.
inline constexpr size_t kMaxGatheredBytes = 32 << 20;

// Makes groups durable, with a thread for those that have to wait for a device. While it writes and
// syncs, the groups of all shards gather; they are its next write. So the slower the disk, the more
// commands share a sync. While no group is submitted the thread runs the publisher's timers.
//
// Submit, TrySubmit and WriteThrough are thread-safe; Stop and the destructor are for the one
// thread that owns the committer.
class Committer {
 public:
  // The clock must outlive the committer.
  Committer(std::unique_ptr<GroupWriter> writer, Clock& clock,
            size_t gathered_bytes_limit = kMaxGatheredBytes);
  // Calls Stop.
  ~Committer() { Stop(); }

  Committer(const Committer&) = delete;
  Committer& operator=(const Committer&) = delete;

  // Submits a group. Groups of one caller are written and published in the order of submission.
  // Blocks while at least `gathered_bytes_limit` bytes have gathered: that is the back-pressure of
  // the disk on the shards. REQUIRES: Stop has not been called; not on the committer's own thread.
  void Submit(Group group) ABSL_LOCKS_EXCLUDED(mutex_);

  // The same for a group of a few bytes and a caller that must not block: accepts the group however
  // much has gathered. Returns false once Stop has been called; the group is then dropped.
  bool TrySubmit(Group group) ABSL_LOCKS_EXCLUDED(mutex_);

  // Writes and publishes the group before it returns. For a store that does not sync: its writes
  // wait for nothing, so a hand-over to the thread would only cost. Groups of one caller are
  // published in order, but not in order with those that it submits.
  void WriteThrough(Group group) ABSL_LOCKS_EXCLUDED(writing_mutex_, mutex_);

  // Writes and publishes what was submitted, then ends the thread. Idempotent.
  void Stop() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  void Run() ABSL_LOCKS_EXCLUDED(mutex_);
  void Gather(Group group) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Writes the groups; if there are none, runs the timers.
  void Write(std::vector<Group> groups) ABSL_LOCKS_EXCLUDED(writing_mutex_, mutex_);

  Clock& clock_;
  const size_t gathered_bytes_limit_;

  Mutex writing_mutex_;  // taken before mutex_, and before the locks of the publisher
  const std::unique_ptr<GroupWriter> writer_ ABSL_PT_GUARDED_BY(writing_mutex_);

  Mutex mutex_;
  CondVar changed_;
  absl::Duration next_timer_ ABSL_GUARDED_BY(mutex_);
  std::vector<Group> gathered_ ABSL_GUARDED_BY(mutex_);
  size_t gathered_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;

  // Last, so that everything it uses is constructed before it starts.
  std::thread thread_;
};

}  // namespace cache_invalidation::commit

#endif  // CACHE_INVALIDATION_SERVER_COMMIT_COMMITTER_H_
