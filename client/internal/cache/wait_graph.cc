// SPDX-License-Identifier: Apache-2.0

#include "client/internal/cache/wait_graph.h"

#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace cache_invalidation::client::internal {

absl::Status WaitGraph::Begin(const Flight& flight) {
  const std::thread::id self = std::this_thread::get_id();
  MutexLock lock(mutex_);
  std::vector<std::string> keys;
  // Each step leads to another thread, and no thread waits twice: without a cycle it ends.
  for (const Flight* next = &flight; !next->IsDone();) {
    keys.push_back(next->key());
    if (next->thread() == self) {
      return absl::FailedPreconditionError(
          keys.size() == 1
              ? absl::StrCat("the load of ", keys[0], " needs itself")
              : absl::StrCat("the loads of ", absl::StrJoin(keys, ", "), " wait for each other"));
    }
    const auto waits = waits_for_.find(next->thread());
    if (waits == waits_for_.end()) break;
    next = waits->second;
  }
  waits_for_[self] = &flight;
  return absl::OkStatus();
}

void WaitGraph::End() {
  MutexLock lock(mutex_);
  waits_for_.erase(std::this_thread::get_id());
}

}  // namespace cache_invalidation::client::internal
