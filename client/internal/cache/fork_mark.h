#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_FORK_MARK_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_FORK_MARK_H_

#include <atomic>
#include <cstdint>

namespace cache_invalidation::client::internal {

// Detects whether the process is a fork of the one in which the mark was made. A child has copies
// of all memory, but none of the threads: a lock that one of them held stays locked, data that one
// of them was changing stays inconsistent, and no events arrive.
//
// The count of forks is global, the only global state of the SDK: handlers of pthread_atfork belong
// to the process, and asking the kernel (getpid) at each look-up would cost as much as the look-up.
// A child for which no handler runs is not detected: that of a bare clone system call, and those of
// vfork or posix_spawn, which may only exec.
//
// Immutable, thread-safe. Cost of IsForked: one load of a word that all threads share.
class ForkMark {
 public:
  ForkMark();

  bool IsForked() const { return forks_.load(std::memory_order_relaxed) != made_at_; }

 private:
  // The number of forks between the first process and this one. Written in a child by its only
  // thread. On a cache line of its own, because every look-up reads it.
  alignas(128) static std::atomic<uint64_t> forks_;

  const uint64_t made_at_;
};

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_FORK_MARK_H_
