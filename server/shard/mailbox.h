// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_SHARD_MAILBOX_H_
#define CACHE_INVALIDATION_SERVER_SHARD_MAILBOX_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/clock.h"
#include "common/limits.h"
#include "common/mutex.h"
#include "server/engine/command.h"
#include "server/engine/query.h"
#include "server/engine/result.h"

namespace cache_invalidation::shard {

// What one request of a submission gave.
using Result = absl::StatusOr<engine::Result>;

// The requests of one rpc message to one namespace: the item of a mailbox. They are applied in
// order, with nothing of the same namespace in between.
struct Submission {
  std::string namespace_name;

  // 1 to 256. Views point into `buffer`, or into what `done` holds.
  std::vector<std::variant<engine::Command, engine::Query>> requests;

  // Keeps the views alive, typically the parsed request on its arena.
  std::shared_ptr<const void> buffer;

  // Its share of the mailbox's byte budget: its size in memory, not on the wire.
  size_t size_bytes = 0;

  // Whether the caller has gone. Called once, on the shard's thread, just before the first request
  // is applied. If so, a submission of queries and declarations is dropped and answered with
  // CANCELLED; one that invalidates is applied all the same. Empty: never. Not called again later:
  // what was applied is answered.
  absl::AnyInvocable<bool() const> cancelled;

  // Called exactly once, with one answer per request, on the outbox's thread: after everything that
  // the answers reveal is durable, or with UNAVAILABLE if the server stops before. May start gRPC
  // writes; must not block.
  absl::AnyInvocable<void(std::vector<Result>)> done;

  // Used by the shard: the answers to the requests that have been applied.
  std::vector<Result> answers;
};

struct MailboxLimits {
  size_t submissions = kMaxMailboxSubmissions;
  size_t bytes = kMaxMailboxBytes;  // of Submission::size_bytes
};

// The bounded queue of one shard. Push never blocks: a full mailbox refuses at once.
//
// Namespaces share it. Each may hold as much as all of them together leave free: one alone half of
// it, two a third each. And no submission takes more than half of the free space. So there is
// always room for a namespace that has nothing in it yet, for smaller submissions the more
// namespaces have some.
//
// Invariants:
//   1. The submissions that were pushed and not released never exceed the limits. One larger than a
//   quarter of the bytes counts as a quarter, so that it can be accepted at all, and others beside
//   it.
//   2. First in, first out.
//
// Thread-safe; Take and Release are for one thread at a time.
class Mailbox {
 public:
  // The result of Take.
  struct Contents {
    std::vector<std::unique_ptr<Submission>> submissions;
    size_t bytes = 0;
    // The new floor by namespace.
    std::map<std::string, uint64_t, std::less<>> trims;
    // Nothing follows.
    bool closed = false;
  };

  Mailbox(MailboxLimits limits, Clock& clock) : limits_(limits), clock_(clock) {}

  // UNAVAILABLE: full, or the namespace has used its share, or closed.
  absl::Status Push(std::unique_ptr<Submission> submission) ABSL_LOCKS_EXCLUDED(mutex_);

  // Requests a trim. Of several for one namespace the highest floor counts. No effect once closed.
  void PushTrim(absl::string_view namespace_name, uint64_t floor) ABSL_LOCKS_EXCLUDED(mutex_);

  // Waits until there is something, the mailbox is closed or the monotonic clock reaches
  // `deadline`, then removes and returns the contents.
  Contents Take(absl::Duration deadline) ABSL_LOCKS_EXCLUDED(mutex_);

  // These submissions have been applied: their space is free again.
  void Release(absl::Span<const std::unique_ptr<Submission>> applied) ABSL_LOCKS_EXCLUDED(mutex_);

  // Whether Take would wait.
  bool empty() const ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    return idle();
  }

  // Refuses everything from now on. Idempotent.
  void Close() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  // Pushed and not released.
  struct Share {
    size_t submissions = 0;
    size_t bytes = 0;
  };

  bool idle() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return arrived_.empty() && trims_.empty() && !closed_;
  }
  size_t Counted(const Submission& submission) const {
    return std::min(submission.size_bytes, limits_.bytes / 4);
  }

  const MailboxLimits limits_;
  Clock& clock_;

  mutable Mutex mutex_;
  CondVar changed_;
  std::vector<std::unique_ptr<Submission>> arrived_ ABSL_GUARDED_BY(mutex_);
  size_t arrived_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::flat_hash_map<std::string, Share> shares_ ABSL_GUARDED_BY(mutex_);  // none is empty
  Share all_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, uint64_t, std::less<>> trims_ ABSL_GUARDED_BY(mutex_);
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace cache_invalidation::shard

#endif  // CACHE_INVALIDATION_SERVER_SHARD_MAILBOX_H_
