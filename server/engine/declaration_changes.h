#ifndef CACHE_INVALIDATION_SERVER_ENGINE_DECLARATION_CHANGES_H_
#define CACHE_INVALIDATION_SERVER_ENGINE_DECLARATION_CHANGES_H_

#include <memory>

#include "absl/status/statusor.h"
#include "server/engine/command.h"
#include "server/engine/prepared_declarations.h"
#include "server/engine/result.h"
#include "server/engine/state.h"

namespace cache_invalidation::engine {

// What the command changes in the state, with the warnings of its declarations. Fails with
// INVALID_ARGUMENT for a condition that does not parse, and with RESOURCE_EXHAUSTED if the
// namespace would hold too many rules or relationships; the message begins with the path of the
// field. `prepared`: PreparedOf the command.
absl::StatusOr<ApplyDeclarationsResult> DeclarationChanges(const State& state,
                                                           const ApplyDeclarations& command,
                                                           const PreparedDeclarations& prepared);

// That of the command, or what Prepare makes of it if it has none.
std::shared_ptr<const PreparedDeclarations> PreparedOf(const ApplyDeclarations& command);

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_DECLARATION_CHANGES_H_
