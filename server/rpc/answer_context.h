#ifndef CACHE_INVALIDATION_SERVER_RPC_ANSWER_CONTEXT_H_
#define CACHE_INVALIDATION_SERVER_RPC_ANSWER_CONTEXT_H_

#include <cstdint>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"

namespace cache_invalidation::delivery {
struct WaitOutcome;
}  // namespace cache_invalidation::delivery

namespace cache_invalidation::rpc {

// What an answer tells besides the engine's reply.
struct AnswerContext {
  // Of the namespace that was asked, empty fields filled in.
  absl::string_view namespace_name;
  // The epoch that revisions belong to.
  absl::string_view epoch;
  // How many streams are subscribed to a namespace.
  absl::FunctionRef<uint64_t(absl::string_view namespace_name)> subscribers;
  // What a call learnt that waited for subscribers; null: it did not wait.
  const delivery::WaitOutcome* waiting = nullptr;
};

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_ANSWER_CONTEXT_H_
