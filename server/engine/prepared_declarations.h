// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_ENGINE_PREPARED_DECLARATIONS_H_
#define CACHE_INVALIDATION_SERVER_ENGINE_PREPARED_DECLARATIONS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "server/engine/model.h"
#include "server/engine/rule_set.h"

namespace cache_invalidation::engine {

// What the declarations of a command need whatever the state is: compiled rules, and warnings.
// Making it takes up to some milliseconds for each rule, so the caller makes it, on its own
// thread: with a command that has none, the shard and all its namespaces wait for that.
//
// Immutable, thread-safe.
struct PreparedDeclarations {
  // In the order of the command.
  std::vector<std::shared_ptr<const CompiledRule>> rules;
  // Of each declaration, as many as fit in a response; `more_warnings` are left out.
  std::vector<std::vector<std::string>> rule_warnings;
  std::vector<std::vector<std::string>> relationship_warnings;
  uint32_t more_warnings = 0;
};

// REQUIRES: the declarations have been checked, except for conditions (CompiledRule::condition).
std::shared_ptr<const PreparedDeclarations> Prepare(
    std::vector<std::shared_ptr<const CompiledRule>> rules,
    absl::Span<const Relationship> relationships = {});
std::shared_ptr<const PreparedDeclarations> Prepare(
    absl::Span<const Rule> rules, absl::Span<const Relationship> relationships = {});

// Returns `earlier`, or what Prepare makes of the declarations if it is null.
std::shared_ptr<const PreparedDeclarations> PreparedOnce(
    std::shared_ptr<const PreparedDeclarations> earlier, absl::Span<const Rule> rules,
    absl::Span<const Relationship> relationships = {});

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_PREPARED_DECLARATIONS_H_
