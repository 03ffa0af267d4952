// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_POSTGRES_TOLD_H_
#define CACHE_INVALIDATION_TESTS_POSTGRES_TOLD_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "client/client.h"
#include "common/mutex.h"

namespace cache_invalidation {

// A subscriber that counts the notifications of each row of a table, `table:id` with numbers as
// ids. Thread-safe.
class Told {
 public:
  // Returns when it has started.
  Told(const client::Client& client, const std::string& table);

  // Blocks until `rows` more rows have been notified.
  void AwaitMore(uint64_t rows) ABSL_LOCKS_EXCLUDED(mutex_);
  // Blocks until everything up to that revision has arrived.
  void AwaitRevision(uint64_t revision) ABSL_LOCKS_EXCLUDED(mutex_);

  // Id -> number of notifications.
  std::map<int64_t, int> rows() const ABSL_LOCKS_EXCLUDED(mutex_);
  // Number of notifications of rows that were notified before.
  uint64_t duplicates() const ABSL_LOCKS_EXCLUDED(mutex_);
  // Number of resets, and of invalidations of more than a row: ingest widens a line that was
  // truncated when psql was killed. No row counts as notified by them.
  uint64_t coarse() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  void OnEvent(const client::Event& event) ABSL_LOCKS_EXCLUDED(mutex_);
  void Pass(uint64_t revision) ABSL_LOCKS_EXCLUDED(mutex_);
  void OnReset() ABSL_LOCKS_EXCLUDED(mutex_);

  const std::string prefix_;
  mutable Mutex mutex_;
  CondVar changed_;
  bool started_ ABSL_GUARDED_BY(mutex_) = false;
  std::map<int64_t, int> rows_ ABSL_GUARDED_BY(mutex_);
  uint64_t count_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t coarse_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t revision_ ABSL_GUARDED_BY(mutex_) = 0;
  std::unique_ptr<client::Subscription> subscription_;  // last: its callbacks use all of the above
};

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_POSTGRES_TOLD_H_
