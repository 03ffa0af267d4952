#ifndef CACHE_INVALIDATION_SERVER_ENGINE_DUMP_H_
#define CACHE_INVALIDATION_SERVER_ENGINE_DUMP_H_

#include <string>

#include "server/engine/state.h"

namespace cache_invalidation::engine {

// Returns everything that a later outcome may depend on as text, in an order that depends only on
// the state. Two engines with equal dumps behave alike. For tests.
std::string Dump(const State& state);

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_DUMP_H_
