#ifndef CACHE_INVALIDATION_SERVER_DELIVERY_LITERAL_PREFIXES_H_
#define CACHE_INVALIDATION_SERVER_DELIVERY_LITERAL_PREFIXES_H_

#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "common/limits.h"
#include "common/mutex.h"
#include "common/recently_used.h"

namespace cache_invalidation::delivery {

// The literal prefixes of patterns. Compiling a pattern takes longer than the rest of filtering an
// event, and rules name the same patterns again and again, so the kMaxCompiledPatterns used last
// are cached.
//
// Thread-safe. Its lock is taken last.
class LiteralPrefixes {
 public:
  LiteralPrefixes() = default;

  // See Pattern::literal_prefix. Empty for a pattern that does not compile, which may match any
  // key.
  std::string Of(absl::string_view expression) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  Mutex mutex_;
  RecentlyUsed<std::string> known_ ABSL_GUARDED_BY(mutex_){kMaxCompiledPatterns};
};

}  // namespace cache_invalidation::delivery

#endif  // CACHE_INVALIDATION_SERVER_DELIVERY_LITERAL_PREFIXES_H_
