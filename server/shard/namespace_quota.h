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

// How many namespaces all shards may have together, and which there are. Thread-safe.
//
// This is a door, not state: which of two namespaces gets the last place is left to chance, and
// decided once, before the first command of a namespace reaches an engine. What was decided is that
// the namespace is there. Whoever repeats its commands, or reads its rows, takes the place with
// Take and does not ask.
class NamespaceQuota {
 public:
  explicit NamespaceQuota(size_t limit) : limit_(limit) {}

  // One more, if the limit allows.
  bool TryTake() ABSL_LOCKS_EXCLUDED(mutex_);

  // One more that exists already, whatever the limit: a start with a lower limit loses nothing.
  void Take(absl::string_view name) ABSL_LOCKS_EXCLUDED(mutex_);

  void Return() ABSL_LOCKS_EXCLUDED(mutex_);

  // One that was taken will be there after a restart, too; one that was returned will not.
  void NoteDurable(absl::string_view name) ABSL_LOCKS_EXCLUDED(mutex_);
  void NoteDeleted(absl::string_view name) ABSL_LOCKS_EXCLUDED(mutex_);

  size_t taken() const ABSL_LOCKS_EXCLUDED(mutex_);
  size_t durable() const ABSL_LOCKS_EXCLUDED(mutex_);

  // The durable ones behind that name, bytewise sorted, at most `limit`.
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
