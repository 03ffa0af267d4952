// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_COMMIT_COMMIT_OBSERVER_H_
#define CACHE_INVALIDATION_SERVER_COMMIT_COMMIT_OBSERVER_H_

#include <cstddef>

#include "absl/time/time.h"

namespace cache_invalidation::commit {

// One write to the store.
struct CommitStats {
  size_t groups = 0;  // groups written together
  size_t rows = 0;
  size_t chunks = 0;
  size_t bytes = 0;      // sum of Group::size_bytes
  bool written = false;  // false: the groups only complete reads, nothing was written
  absl::Duration elapsed = absl::ZeroDuration();  // of the write with its sync
};

// Counts commits. Called on the committer's thread; must not block.
class CommitObserver {
 public:
  virtual ~CommitObserver() = default;
  virtual void OnCommitted(const CommitStats& stats) = 0;
};

}  // namespace cache_invalidation::commit

#endif  // CACHE_INVALIDATION_SERVER_COMMIT_COMMIT_OBSERVER_H_
