#ifndef CACHE_INVALIDATION_SERVER_SHARD_MAILBOX_H_
#define CACHE_INVALIDATION_SERVER_SHARD_MAILBOX_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/clock.h"
#include "common/limits.h"
#include "common/mutex.h"
#include "server/shard/submission.h"

namespace cache_invalidation::shard {

struct MailboxLimits {
  size_t submissions = kMaxMailboxSubmissions;
  size_t bytes = kMaxMailboxBytes;  // of Submission::size_bytes
};

// What waits for one shard. It is bounded: who comes when it is full is told so at once, nobody
// waits in line unseen.
//
// Invariants:
//   1. What is in it never exceeds the limits. (What the shard took out and has not applied may
//   come on top, once.)
//   2. Submissions come out in the order in which they went in.
//
// Thread-safe; Take is for one thread at a time.
class Mailbox {
 public:
  // What one Take answers: everything that was there.
  struct Contents {
    std::vector<std::unique_ptr<Submission>> submissions;
    size_t bytes = 0;
    // The new floor by namespace; to be applied after the submissions.
    std::map<std::string, uint64_t, std::less<>> trims;
    // Nothing will come any more.
    bool closed = false;
  };

  Mailbox(MailboxLimits limits, Clock& clock);

  // UNAVAILABLE: full, or closed.
  absl::Status Push(std::unique_ptr<Submission> submission) ABSL_LOCKS_EXCLUDED(mutex_);

  // Asks for a trim. The highest floor of a namespace counts. Has no effect once closed.
  void PushTrim(absl::string_view namespace_name, uint64_t floor) ABSL_LOCKS_EXCLUDED(mutex_);

  // Waits until there is something, the mailbox is closed or the monotonic clock reaches
  // `deadline`, and takes all out.
  Contents Take(absl::Duration deadline) ABSL_LOCKS_EXCLUDED(mutex_);

  // Refuses everything from now on. Idempotent.
  void Close() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  bool idle() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return contents_.submissions.empty() && contents_.trims.empty() && !contents_.closed;
  }

  const MailboxLimits limits_;
  Clock& clock_;

  Mutex mutex_;
  CondVar arrived_;
  Contents contents_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace cache_invalidation::shard

#endif  // CACHE_INVALIDATION_SERVER_SHARD_MAILBOX_H_
