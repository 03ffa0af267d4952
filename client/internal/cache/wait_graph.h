// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_WAIT_GRAPH_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_WAIT_GRAPH_H_

#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "client/internal/cache/flight.h"
#include "common/mutex.h"

namespace cache_invalidation::client::internal {

// Which threads wait for which loads, to find those that would wait for each other for ever: a
// thread that waits runs the loads that it has claimed and that have not ended.
//
// Thread-safe.
class WaitGraph {
 public:
  // Notes that the calling thread waits for a load. Fails with FAILED_PRECONDITION, naming the
  // keys, if that load can only end after one that this thread runs. REQUIRES: the thread does not
  // wait yet; the flight stays alive until End.
  absl::Status Begin(const Flight& flight) ABSL_LOCKS_EXCLUDED(mutex_);
  void End() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  Mutex mutex_;
  absl::flat_hash_map<std::thread::id, const Flight*> waits_for_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_WAIT_GRAPH_H_
