#ifndef CACHE_INVALIDATION_SERVER_SHARD_MAILBOX_H_
#define CACHE_INVALIDATION_SERVER_SHARD_MAILBOX_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
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
// Namespaces share it. Each may hold as much as all of them together leave free: one alone half of
// it, two a third each. So there is always room for one that has nothing in it yet. And they take
// turns in coming out.
//
// Invariants:
//   1. What is in it never exceeds the limits. (What the shard took out and has not applied may
//   come on top, once.) A submission larger than half of the bytes counts as that half, so that it
//   can come in at all.
//   2. Submissions of a namespace come out in the order in which they went in.
//   3. Of the namespaces that wait, none gets more than kNamespaceTurn, or one submission, before
//   each of the others has had its turn.
//
// Thread-safe; Take is for one thread at a time.
class Mailbox {
 public:
  // What one Take answers.
  struct Contents {
    std::vector<std::unique_ptr<Submission>> submissions;
    size_t bytes = 0;
    // The new floor by namespace; to be applied after the submissions.
    std::map<std::string, uint64_t, std::less<>> trims;
    // Nothing will come any more.
    bool closed = false;
  };

  Mailbox(MailboxLimits limits, Clock& clock);

  // UNAVAILABLE: full, or the namespace has its share, or closed.
  absl::Status Push(std::unique_ptr<Submission> submission) ABSL_LOCKS_EXCLUDED(mutex_);

  // Asks for a trim. The highest floor of a namespace counts. Has no effect once closed.
  void PushTrim(absl::string_view namespace_name, uint64_t floor) ABSL_LOCKS_EXCLUDED(mutex_);

  // Waits until there is something, the mailbox is closed or the monotonic clock reaches
  // `deadline`, and takes out about kMailboxTurn; once closed everything.
  Contents Take(absl::Duration deadline) ABSL_LOCKS_EXCLUDED(mutex_);

  // Refuses everything from now on. Idempotent.
  void Close() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  // What waits of one namespace.
  struct Line {
    std::deque<std::unique_ptr<Submission>> submissions;  // not empty
    size_t bytes = 0;
    size_t credit = 0;  // that it may still take in its turn
  };

  bool idle() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return lines_.empty() && trims_.empty() && !closed_;
  }
  size_t Counted(const Submission& submission) const;
  // Takes what the namespace may have in its turn; answers how much that was.
  size_t TakeTurn(const std::string& name, Contents& taken) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const MailboxLimits limits_;
  Clock& clock_;

  Mutex mutex_;
  CondVar arrived_;
  absl::flat_hash_map<std::string, Line> lines_ ABSL_GUARDED_BY(mutex_);
  std::deque<std::string> turns_ ABSL_GUARDED_BY(mutex_);  // the names of lines_; the next in front
  size_t submissions_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<std::string, uint64_t, std::less<>> trims_ ABSL_GUARDED_BY(mutex_);
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace cache_invalidation::shard

#endif  // CACHE_INVALIDATION_SERVER_SHARD_MAILBOX_H_
