// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_DECLARATION_H_
#define CACHE_INVALIDATION_CLIENT_DECLARATION_H_

#include <cstdint>
#include <string>
#include <vector>

#include "client/call_options.h"
#include "client/relationship.h"
#include "client/rule.h"

namespace cache_invalidation::client {

// The rules and relationships of an application. client/declarations.h reads them from YAML.
struct Declarations {
  // At most 1,000 of each kind. No two of a kind may have the same name.
  std::vector<InvalidationRule> rules = {};
  std::vector<DataRelationship> relationships = {};

  bool operator==(const Declarations&) const = default;
};

struct ApplyDeclarationsParams {
  Declarations declarations = {};

  // Checks everything and returns what would change, but changes nothing.
  bool validate_only = false;

  // Deletes every rule and relationship of the namespace that is not named, default rules too.
  bool prune = false;

  CallOptions options = {};
};

// What a call does to a declaration.
enum class DeclarationChange {
  // A change that a newer service knows and this client does not.
  kUnknown,
  // There was none of that name.
  kAdded,
  // It replaces a different one of that name.
  kReplaced,
  // An equal one was registered already.
  kUnchanged,
  // It was not named, and the call prunes.
  kDeleted,
};

struct DeclarationResult {
  // As stored; of an unnamed relationship the derived name.
  std::string name = {};

  DeclarationChange change = DeclarationChange::kUnknown;

  // Remarks on the definition, which is stored nevertheless. A rule or relationship lists those
  // that are intended in its `accepted_warnings`.
  std::vector<std::string> warnings = {};

  bool operator==(const DeclarationResult&) const = default;
};

struct ApplyDeclarationsResult {
  // The declarations of the call in its order, then those that were deleted, by name.
  std::vector<DeclarationResult> rules = {};
  std::vector<DeclarationResult> relationships = {};

  // Number of warnings that did not fit.
  uint32_t more_warnings = 0;

  bool operator==(const ApplyDeclarationsResult&) const = default;
};

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_DECLARATION_H_
