// SPDX-License-Identifier: Apache-2.0

// What a response contains beside the result, for tests of the conversions.

#ifndef CACHE_INVALIDATION_SERVER_RPC_CONVERSION_TESTING_ANSWER_CONTEXT_H_
#define CACHE_INVALIDATION_SERVER_RPC_CONVERSION_TESTING_ANSWER_CONTEXT_H_

#include <cstdint>

#include "absl/strings/string_view.h"
#include "server/rpc/conversion/request_conversion.h"

namespace cache_invalidation::rpc {

inline uint64_t NoSubscribers(absl::string_view) { return 0; }

// Of the namespace `shop`, which has no subscriber.
inline const AnswerContext kContext = {"shop", "epoch", NoSubscribers};

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_CONVERSION_TESTING_ANSWER_CONTEXT_H_
