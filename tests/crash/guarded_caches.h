// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_CRASH_GUARDED_CACHES_H_
#define CACHE_INVALIDATION_TESTS_CRASH_GUARDED_CACHES_H_

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/time.h"
#include "client/client.h"
#include "client/tagged_cache.h"

namespace cache_invalidation {

// Caches of the SDK that are read without pause, and a writer that waits for them: once its call
// has returned and none was late, none may serve an older value. For one thread.
class GuardedCaches {
 public:
  struct Counts {
    uint64_t writes = 0;
    uint64_t complete = 0;  // writes that waited for all
    uint64_t hits = 0;
    uint64_t wrong = 0;       // look-ups that returned an older value than promised
    absl::Duration slowest;   // write
    std::string first_error;  // of a write; empty: none failed
  };

  // Begins at once, in a namespace of its own: the writer waits for no other subscribers.
  GuardedCaches(int caches, const std::string& endpoint);
  // Stops, unless Stop has been called.
  ~GuardedCaches();

  // Polls until one more write has waited for all. Returns whether that was within the time.
  bool AwaitComplete(absl::Duration within);

  // Stops it. Call at most once.
  Counts Stop();

 private:
  void Write(const client::Client& client);
  void Read(const client::TaggedCache<uint64_t>& cache);

  std::atomic<bool> stopped_ = false;
  std::atomic<uint64_t> database_ = 0;
  std::atomic<uint64_t> told_to_all_ = 0;
  std::atomic<uint64_t> hits_ = 0;
  std::atomic<uint64_t> wrong_ = 0;
  Counts written_;  // the writer's
  std::vector<client::TaggedCache<uint64_t>> caches_;
  std::vector<std::thread> threads_;
};

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_CRASH_GUARDED_CACHES_H_
