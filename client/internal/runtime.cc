#include "client/internal/runtime.h"

#include <utility>

#include "client/internal/backoff.h"
#include "common/clock.h"

namespace cache_invalidation::client::internal {

namespace {

constexpr absl::Duration kDeadline = absl::Seconds(5);
constexpr absl::Duration kInvalidationDeadline = absl::Seconds(60);

}  // namespace

Runtime MakeRuntime(ClientOptions options) {
  Runtime runtime{.namespace_name = std::move(options.namespace_name),
                  .deadline = options.deadline.value_or(kDeadline),
                  .invalidation_deadline = options.deadline.value_or(kInvalidationDeadline),
                  .backoff = options.backoff,
                  .clock = nullptr,
                  .random = std::move(options.random)};
  if (options.clock == nullptr) {
    runtime.clock = std::make_shared<RealClock>();
  } else {
    // Not owned.
    runtime.clock = std::shared_ptr<Clock>(std::shared_ptr<void>(), options.clock);
  }
  if (!runtime.random) runtime.random = MakeRandom();
  return runtime;
}

}  // namespace cache_invalidation::client::internal
