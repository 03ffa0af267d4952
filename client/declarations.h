// SPDX-License-Identifier: Apache-2.0

// ParseDeclarations: reads the rules and relationships of an application from YAML or JSON, as
// `cachectl apply` does.
//
//   absl::StatusOr<Declarations> declarations = ParseDeclarations(R"(
//     rules:
//       - name: user_sessions
//         trigger_tags: [user]
//         invalidate_tags: ["user_session:{resource_id}"]
//         strategy: immediate
//     relationships:
//       - source_type: order
//         target_types: [order_items, inventory]
//   )");
//   if (!declarations.ok()) Log(declarations.status());
//   absl::StatusOr<ApplyDeclarationsResult> applied = client.ApplyDeclarations(*declarations);
//
// The names are those of Rule and Relationship in the contract, in either of protobuf's spellings
// (snake_case, camelCase). Strategies and cardinalities have their full names, or only the last
// words in lower case. What is left out has the default of the contract, which is that of the
// structs.
//
// All functions are pure.

#ifndef CACHE_INVALIDATION_CLIENT_DECLARATIONS_H_
#define CACHE_INVALIDATION_CLIENT_DECLARATIONS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "client/declaration.h"

namespace cache_invalidation::client {

// Where a text cannot be read, as a line counted from 1, and what is wrong there.
struct DeclarationsError {
  int line = 0;
  std::string message = {};
};

// Fails with INVALID_ARGUMENT, `line 3: trigger: unknown name`; `error`, if given, is set to where
// and why. Unknown names are refused; so is what could take unbounded memory: more than 1 MiB, more
// than 32 levels, aliases. The values are checked by the service, not here.
absl::StatusOr<Declarations> ParseDeclarations(absl::string_view yaml,
                                               DeclarationsError* error = nullptr);

// Returns the line, counted from 1, at a path such as `rules[3].condition`, with which errors of
// ApplyDeclarations begin. Returns that of the last ancestor that the text has; 1 if it has none.
int LineOf(absl::string_view yaml, absl::string_view path);

// Return the declarations as one JSON object, in protobuf's mapping, or as YAML with the names that
// people write: `trigger_tags`, `strategy: batched`. ParseDeclarations reads both back to the same
// declarations.
std::string ToJson(const Declarations& declarations);
std::string ToYaml(const Declarations& declarations);

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_DECLARATIONS_H_
