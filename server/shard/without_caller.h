// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_SHARD_WITHOUT_CALLER_H_
#define CACHE_INVALIDATION_SERVER_SHARD_WITHOUT_CALLER_H_

#include <type_traits>
#include <variant>

#include "server/engine/command.h"
#include "server/engine/query.h"

namespace cache_invalidation::shard {

// Whether a request, a command or query of the engine, must be applied even if its caller has gone
// or its deadline has passed. A write that the caller reports has happened all the same: caches
// that do not hear of it would serve the old value for ever. A fill counts, too: if it is refused,
// everything computed from it is invalidated. Declarations, and commands that only remove
// something, are for the caller to repeat.
template <typename Request>
inline constexpr bool kAppliedWithoutItsCaller =
    std::is_same_v<Request, engine::InvalidateByWrites> ||
    std::is_same_v<Request, engine::Invalidate> ||
    std::is_same_v<Request, engine::InvalidateWithDependencies> ||
    std::is_same_v<Request, engine::FlushPendingInvalidations> ||
    std::is_same_v<Request, engine::TrackEntries> ||
    std::is_same_v<Request, engine::DeleteNamespace>;

// The same for a request of any type.
inline bool IsAppliedWithoutItsCaller(const std::variant<engine::Command, engine::Query>& request) {
  const auto is_applied = [](const auto& each) {
    return kAppliedWithoutItsCaller<std::decay_t<decltype(each)>>;
  };
  const auto* command = std::get_if<engine::Command>(&request);
  return command != nullptr && std::visit(is_applied, *command);
}

}  // namespace cache_invalidation::shard

#endif  // CACHE_INVALIDATION_SERVER_SHARD_WITHOUT_CALLER_H_
