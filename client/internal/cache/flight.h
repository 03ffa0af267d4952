#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_FLIGHT_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_FLIGHT_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/internal/cache/applied_history.h"
#include "client/internal/cache/entry.h"
#include "client/position.h"
#include "common/clock.h"
#include "common/mutex.h"

namespace cache_invalidation::client::internal {

// Where a cache stood when a load began.
struct LoadStart {
  Moment moment = {};
  Position position = {};
  uint64_t number = 0;  // loads are numbered in the order in which they begin
};

// Where a cache stood when a caller came.
struct Arrival {
  Moment moment = {};
  uint64_t loads = 0;  // the number of the load that had begun last

  // The lease ran: whatever a waiting call had waited for was applied.
  bool is_open = false;
};

// The load of one key, which one caller runs and others may share. Nobody runs it until somebody
// claims it: who begins a load to run it does so at once, one for an executor is claimed by the
// executor or by whoever needs it first. Thread-safe.
class Flight {
 public:
  Flight(std::string key, TypeToken type, LoadStart start)
      : key_(std::move(key)), hash_(KeyHash(key_)), type_(type), start_(std::move(start)) {}

  const std::string& key() const { return key_; }
  size_t hash() const { return hash_; }
  TypeToken type() const { return type_; }
  const LoadStart& start() const { return start_; }

  using Value = absl::StatusOr<std::shared_ptr<const void>>;

  // Ends it. `first_touch` is the first step after the start that touched the value; if nobody
  // knows what touches it, the one right after the start; if not even that is known, 0. Called
  // once.
  void Complete(Value value, uint64_t first_touch) ABSL_LOCKS_EXCLUDED(mutex_);

  bool IsDone() const ABSL_LOCKS_EXCLUDED(mutex_);

  // Waits until it has ended; answers false if `deadline` passed first.
  bool Await(Clock& clock, absl::Duration deadline) ABSL_LOCKS_EXCLUDED(mutex_);

  // What was loaded. REQUIRES: it is done.
  Value value() const ABSL_LOCKS_EXCLUDED(mutex_);

  // Whether a caller may have its value. One who came before it began may. One who came while it
  // was under way may only if nothing that touches the value was applied between its start and
  // then; without a lease never: what he must not miss may not have been applied. REQUIRES: it is
  // done.
  bool MayBeSharedWith(const Arrival& arrival) const ABSL_LOCKS_EXCLUDED(mutex_);

  // Whether the caller is the first to ask, who then has to run and to end it.
  bool Claim() {
    std::thread::id nobody;
    return thread_.compare_exchange_strong(nobody, std::this_thread::get_id());
  }

  // So that a load that waits for itself is noticed.
  bool IsRunByThisThread() const { return thread_.load() == std::this_thread::get_id(); }

 private:
  const std::string key_;
  const size_t hash_;
  const TypeToken type_;
  const LoadStart start_;
  std::atomic<std::thread::id> thread_ = std::thread::id();  // whose it is

  mutable Mutex mutex_;
  CondVar ended_;
  bool done_ ABSL_GUARDED_BY(mutex_) = false;
  Value value_ ABSL_GUARDED_BY(mutex_) = absl::UnavailableError("");
  uint64_t first_touch_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_FLIGHT_H_
