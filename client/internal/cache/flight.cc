#include "client/internal/cache/flight.h"

namespace cache_invalidation::client::internal {

void Flight::Complete(Value value, uint64_t first_touch) {
  MutexLock lock(mutex_);
  value_ = std::move(value);
  first_touch_ = first_touch;
  done_ = true;
  ended_.NotifyAll();
}

bool Flight::IsDone() const {
  MutexLock lock(mutex_);
  return done_;
}

bool Flight::Await(Clock& clock, absl::Duration deadline) {
  MutexLock lock(mutex_);
  while (!done_) {
    if (clock.WaitUntil(mutex_, ended_, deadline)) return done_;
  }
  return true;
}

Flight::Value Flight::value() const {
  MutexLock lock(mutex_);
  return value_;
}

bool Flight::MayBeSharedWith(const Arrival& arrival) const {
  if (start_.number > arrival.loads) return true;
  MutexLock lock(mutex_);
  return arrival.is_open && arrival.moment.resets == start_.moment.resets &&
         arrival.moment.step < first_touch_;
}

}  // namespace cache_invalidation::client::internal
