#ifndef CACHE_INVALIDATION_SERVER_RPC_ANSWER_CONTEXT_H_
#define CACHE_INVALIDATION_SERVER_RPC_ANSWER_CONTEXT_H_

#include <cstdint>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"

namespace cache_invalidation::delivery {
struct WaitOutcome;
}  // namespace cache_invalidation::delivery

namespace cache_invalidation::rpc {

// What a response contains besides the engine's reply.
struct AnswerContext {
  // The namespace of the call; `default` if the field was empty.
  absl::string_view namespace_name;
  // The epoch that revisions belong to.
  absl::string_view epoch;
  // The number of streams subscribed to a namespace.
  absl::FunctionRef<uint64_t(absl::string_view namespace_name)> subscribers;
  // The outcome of waiting for subscribers; null: the call did not wait.
  const delivery::WaitOutcome* waiting = nullptr;
};

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_ANSWER_CONTEXT_H_
