#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_FORK_MARK_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_FORK_MARK_H_

#include <atomic>
#include <cstdint>

namespace cache_invalidation::client::internal {

// Tells a process that was forked off from the one in which the mark was made. The child has copies
// of all memory, but none of the threads: a lock that one of them held stays locked, what one of
// them was changing stays half changed, and nobody brings news.
//
// The count of forks is global, which nothing else in the SDK is: handlers of pthread_atfork belong
// to the process, and asking the kernel (getpid) at each look-up would cost as much as the look-up.
// A child that no handler hears of is not noticed: one of a bare clone system call. One of vfork or
// posix_spawn is not either, and may only exec.
//
// Immutable, thread-safe. Cost of the question: one load of a word that all threads share.
class ForkMark {
 public:
  ForkMark();

  bool IsForked() const { return forks_.load(std::memory_order_relaxed) != made_at_; }

 private:
  // How many forks lie between the first process and this one. Written in a child by its only
  // thread. On a cache line of its own: every look-up reads it.
  alignas(128) static std::atomic<uint64_t> forks_;

  const uint64_t made_at_;
};

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_FORK_MARK_H_
