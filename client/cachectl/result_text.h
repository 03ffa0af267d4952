#ifndef CACHE_INVALIDATION_CLIENT_CACHECTL_RESULT_TEXT_H_
#define CACHE_INVALIDATION_CLIENT_CACHECTL_RESULT_TEXT_H_

#include <optional>
#include <string>

#include "client/explanation.h"
#include "client/invalidation.h"
#include "client/position.h"
#include "client/waiting.h"
#include "client/write_event.h"

namespace cache_invalidation::cachectl {

// Return results as lines for people.
std::string TextOf(const client::WriteResult& result);
std::string TextOf(const client::InvalidationResult& result);
std::string TextOf(const client::Explanation& explanation);

// Returns the outcome of waiting for subscribers; empty if the call did not wait.
std::string TextOf(const std::optional<client::Waiting>& waiting);

}  // namespace cache_invalidation::cachectl

#endif  // CACHE_INVALIDATION_CLIENT_CACHECTL_RESULT_TEXT_H_
