// SPDX-License-Identifier: Apache-2.0

// Lint: warnings about a declaration that is valid but questionable. Each is one or two sentences
// and begins with the path of the field. Warnings about rules and relationships end with their name
// in brackets; a declaration suppresses them by listing the name in `accepted_warnings`.

#ifndef CACHE_INVALIDATION_SERVER_ENGINE_LINT_H_
#define CACHE_INVALIDATION_SERVER_ENGINE_LINT_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "server/engine/command.h"
#include "server/engine/model.h"
#include "server/engine/rule_set.h"

namespace cache_invalidation::engine {

// Returns OK if `name` is a warning about rules or relationships; otherwise INVALID_ARGUMENT with
// the valid names, without the path of the field.
absl::Status CheckWarningName(absl::string_view name);

// Warns of triggers that never fire, targets that drop a whole type, patterns that every key must
// be matched against or that have placeholders, conditions that miss what they seem to mean, and
// questionable attached relationships. Of a condition that does not parse it says nothing.
std::vector<std::string> LintRule(const CompiledRule& rule);

// Warns of depth above what is recommended, targets that drop a whole type, and ids that are
// mistaken for others. REQUIRES: the relationship has been checked.
std::vector<std::string> LintRelationship(const Relationship& relationship);

// Warns of tags that a write to one row does not hit: bare type tags, and "*", which is no
// wildcard. Each tag once, at most kMaxWarnings, followed by one warning that states how many are
// left out.
std::vector<std::string> LintEntries(absl::Span<const TrackedEntry> entries);

// The same for tags that a key is declared to depend on; also warns of an unqualified name, which
// means both a key and a tag.
std::vector<std::string> LintDependencies(const DependencyNames& depends_on);

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_LINT_H_
