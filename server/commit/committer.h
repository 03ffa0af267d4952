#ifndef CACHE_INVALIDATION_SERVER_COMMIT_COMMITTER_H_
#define CACHE_INVALIDATION_SERVER_COMMIT_COMMITTER_H_

#include <cstddef>
#include <memory>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "common/clock.h"
#include "common/mutex.h"
#include "server/commit/group.h"
#include "server/commit/group_writer.h"

namespace cache_invalidation::commit {

// Total size of groups that shards can hand over while another is being synced. Beyond it the
// shards wait, their mailboxes fill, and calls fail and must be retried. Some tenths of a second of
// a disk's bandwidth.
inline constexpr size_t kMaxGatheredBytes = 32 << 20;

// The thread that makes groups durable. While it writes and syncs, the groups of all shards gather;
// they are its next write. So the slower the disk, the more commands share a sync. While no group
// is submitted it runs the publisher's timers.
//
// Submit is thread-safe; Stop and the destructor are for the one thread that owns the committer.
class Committer {
 public:
  // The clock must outlive the committer.
  Committer(std::unique_ptr<GroupWriter> writer, Clock& clock,
            size_t gathered_bytes_limit = kMaxGatheredBytes);
  // Calls Stop.
  ~Committer();

  Committer(const Committer&) = delete;
  Committer& operator=(const Committer&) = delete;

  // Submits a group. Groups of one caller are written and published in the order of submission.
  // Blocks while at least `gathered_bytes_limit` bytes have gathered: that is the back-pressure of
  // the disk on the shards. REQUIRES: Stop has not been called; not on the committer's own thread.
  void Submit(Group group) ABSL_LOCKS_EXCLUDED(mutex_);

  // The same for a group of a few bytes and a caller that must not block: accepts the group however
  // much has gathered. Returns false once Stop has been called; the group is then dropped.
  bool TrySubmit(Group group) ABSL_LOCKS_EXCLUDED(mutex_);

  // Writes and publishes what was submitted, then ends the thread. Idempotent.
  void Stop() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  void Run() ABSL_LOCKS_EXCLUDED(mutex_);
  void Gather(Group group) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::unique_ptr<GroupWriter> writer_;  // used by the thread only
  Clock& clock_;
  const size_t gathered_bytes_limit_;

  Mutex mutex_;
  CondVar gathered_changed_;
  std::vector<Group> gathered_ ABSL_GUARDED_BY(mutex_);
  size_t gathered_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;

  // Last, so that everything it uses is constructed before it starts.
  std::thread thread_;
};

}  // namespace cache_invalidation::commit

#endif  // CACHE_INVALIDATION_SERVER_COMMIT_COMMITTER_H_
