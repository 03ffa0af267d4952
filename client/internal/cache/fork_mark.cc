#include "client/internal/cache/fork_mark.h"

#include <pthread.h>

#include "common/check.h"

namespace cache_invalidation::client::internal {

std::atomic<uint64_t> ForkMark::forks_ = 0;

ForkMark::ForkMark() : made_at_(forks_.load()) {
  static const int error =
      pthread_atfork(nullptr, nullptr, [] { forks_.fetch_add(1, std::memory_order_relaxed); });
  Check(error == 0, "there is memory for a handler of forks");
}

}  // namespace cache_invalidation::client::internal
