// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_SHARD_NAMESPACE_QUOTA_H_
#define CACHE_INVALIDATION_SERVER_SHARD_NAMESPACE_QUOTA_H_

#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "common/mutex.h"

namespace cache_invalidation::shard {

// Limits the namespaces of all shards together, and knows which exist. Thread-safe.
//
// This is admission, not replicated state: which of two namespaces gets the last place is a race,
// decided once, before the first command of a namespace reaches an engine. The decision is visible
// in that the namespace exists. A replay of its commands, or a start that reads its rows, takes the
// place with Take, which always succeeds.
class NamespaceQuota {
 public:
  explicit NamespaceQuota(size_t limit) : limit_(limit) {}

  // Takes a place for one more, if the limit allows.
  bool TryTake() ABSL_LOCKS_EXCLUDED(mutex_);

  // Takes a place for one that exists, whatever the limit: a start with a lower limit loses
  // nothing.
  void Take(absl::string_view name) ABSL_LOCKS_EXCLUDED(mutex_);

  void Return() ABSL_LOCKS_EXCLUDED(mutex_);

  // A namespace whose place was taken will exist after a restart; one whose place was returned will
  // not.
  void NoteDurable(absl::string_view name) ABSL_LOCKS_EXCLUDED(mutex_);
  void NoteDeleted(absl::string_view name) ABSL_LOCKS_EXCLUDED(mutex_);

  size_t taken() const ABSL_LOCKS_EXCLUDED(mutex_);
  size_t durable() const ABSL_LOCKS_EXCLUDED(mutex_);

  // The durable ones after that name, bytewise sorted, at most `limit`.
  std::vector<std::string> NamesAfter(absl::string_view name, size_t limit) const
      ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  const size_t limit_;
  mutable Mutex mutex_;
  size_t taken_ ABSL_GUARDED_BY(mutex_) = 0;
  std::set<std::string, std::less<>> durable_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace cache_invalidation::shard

#endif  // CACHE_INVALIDATION_SERVER_SHARD_NAMESPACE_QUOTA_H_
