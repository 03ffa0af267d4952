#ifndef CACHE_INVALIDATION_SERVER_ENGINE_COUNTING_H_
#define CACHE_INVALIDATION_SERVER_ENGINE_COUNTING_H_

#include <cstdint>

#include "server/engine/model.h"
#include "server/engine/state.h"

namespace cache_invalidation::engine {

// Adds accepted invalidations to the statistics of their strategy.
inline void Count(State& state, Strategy strategy, uint64_t times) {
  switch (strategy) {
    case Strategy::kImmediate:
      state.meta.immediate_invalidations += times;
      break;
    case Strategy::kBatched:
      state.meta.batched_invalidations += times;
      break;
    case Strategy::kLazy:
      state.meta.lazy_invalidations += times;
      break;
    case Strategy::kCascade:
      state.meta.cascade_invalidations += times;
      break;
  }
}

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_COUNTING_H_
