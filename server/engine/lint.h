// Lint: what a reviewer would remark of a declaration that is accepted all the same. One sentence
// each, beginning with the path of the field.

#ifndef CACHE_INVALIDATION_SERVER_ENGINE_LINT_H_
#define CACHE_INVALIDATION_SERVER_ENGINE_LINT_H_

#include <string>
#include <vector>

#include "absl/types/span.h"
#include "server/engine/command.h"
#include "server/engine/model.h"

namespace cache_invalidation::engine {

// Bare type tags, relationships attached to it as below, and patterns that every key must be tried
// against. REQUIRES: the rule has been checked.
std::vector<std::string> LintRule(const Rule& rule);

// Depth above what is recommended, targets that drop a whole type, ids that are mistaken for
// others. REQUIRES: the relationship has been checked.
std::vector<std::string> LintRelationship(const Relationship& relationship);

// Bare type tags: a write to one row does not hit them. Each tag once, at most kMaxWarnings, then
// one that says how many are left out.
std::vector<std::string> LintEntries(absl::Span<const TrackedEntry> entries);

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_LINT_H_
