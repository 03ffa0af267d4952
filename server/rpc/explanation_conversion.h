#ifndef CACHE_INVALIDATION_SERVER_RPC_EXPLANATION_CONVERSION_H_
#define CACHE_INVALIDATION_SERVER_RPC_EXPLANATION_CONVERSION_H_

#include "protos/cache_invalidation/v1/explanation.pb.h"
#include "server/engine/explanation.h"

namespace cache_invalidation::rpc {

// Converts an explanation. Children of nodes are left out, and counted, below 90 levels and beyond
// kMaxAnswerBytes of nodes together.
void FromExplanation(const engine::Explanation& explanation, v1::Explanation* proto);

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_EXPLANATION_CONVERSION_H_
