// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_CONNECT_HEARD_H_
#define CACHE_INVALIDATION_TESTS_CONNECT_HEARD_H_

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "client/client.h"
#include "common/mutex.h"

namespace cache_invalidation {

// A subscriber that keeps what it hears. Thread-safe.
class Heard {
 public:
  // The targets of one event: tags as they are, `key K`, `pattern P`, `everything`.
  using Targets = std::set<std::string>;

  // Returns when it has started.
  explicit Heard(const client::Client& client);

  // Blocks until an event with this target has come, after those that were awaited before; returns
  // its targets.
  Targets Await(const std::string& target) ABSL_LOCKS_EXCLUDED(mutex_);

  // Number of events with this target.
  size_t Count(const std::string& target) const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  void OnEvent(const client::Event& event) ABSL_LOCKS_EXCLUDED(mutex_);

  mutable Mutex mutex_;
  CondVar changed_;
  bool started_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<Targets> events_ ABSL_GUARDED_BY(mutex_);
  size_t awaited_ ABSL_GUARDED_BY(mutex_) = 0;
  std::unique_ptr<client::Subscription> subscription_;  // last: its callbacks use all of the above
};

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_CONNECT_HEARD_H_
