#include "client/internal/backoff.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/random/random.h"
#include "common/mutex.h"

namespace cache_invalidation::client::internal {
namespace {

struct Generator {
  Mutex mutex;
  absl::BitGen bits ABSL_GUARDED_BY(mutex);
};

}  // namespace

Backoff::Backoff(const BackoffOptions& options, std::function<double()> random)
    : options_(options), random_(std::move(random)), limit_(options.initial) {}

absl::Duration Backoff::Next() {
  const absl::Duration delay = limit_ * random_();
  limit_ = std::min(limit_ * options_.multiplier, options_.maximum);
  return delay;
}

std::function<double()> MakeRandom() {
  auto generator = std::make_shared<Generator>();
  return [generator] {
    MutexLock lock(generator->mutex);
    return absl::Uniform(generator->bits, 0.0, 1.0);
  };
}

}  // namespace cache_invalidation::client::internal
