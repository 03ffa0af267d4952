// Lint: what a reviewer would ask about a declaration that is accepted all the same. One sentence
// or two each, beginning with the path of the field. Those of rules and relationships end with
// their name in brackets; a declaration that lists the name in `accepted_warnings` is not asked
// again.

#ifndef CACHE_INVALIDATION_SERVER_ENGINE_LINT_H_
#define CACHE_INVALIDATION_SERVER_ENGINE_LINT_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "server/engine/command.h"
#include "server/engine/model.h"

namespace cache_invalidation::engine {

// OK if that is the name of a warning about rules or relationships; otherwise INVALID_ARGUMENT,
// without the path of the field, with the names that are.
absl::Status CheckWarningName(absl::string_view name);

// Triggers that never fire, targets that drop a whole type, patterns that every key must be tried
// against, conditions that miss what they seem to mean, and the relationships attached to it.
// REQUIRES: the rule has been checked.
std::vector<std::string> LintRule(const Rule& rule);

// Depth above what is recommended, targets that drop a whole type, ids that are mistaken for
// others. REQUIRES: the relationship has been checked.
std::vector<std::string> LintRelationship(const Relationship& relationship);

// Tags that a write to one row does not hit: bare type tags, and "*", which is no wildcard. Each
// tag once, at most kMaxWarnings, then one that says how many are left out.
std::vector<std::string> LintEntries(absl::Span<const TrackedEntry> entries);

// The same for what a key is declared to depend on as a tag: also a name that stands for a key and
// a tag, unless it is qualified.
std::vector<std::string> LintDependencies(const DependencyNames& depends_on);

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_LINT_H_
