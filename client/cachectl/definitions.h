#ifndef CACHE_INVALIDATION_CLIENT_CACHECTL_DEFINITIONS_H_
#define CACHE_INVALIDATION_CLIENT_CACHECTL_DEFINITIONS_H_

#include <istream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/relationship.h"
#include "client/rule.h"

namespace cache_invalidation::cachectl {

// A value read from a file, and its line there.
template <typename Type>
struct Defined {
  Type value;
  int line = 0;
};

// The content of a file of definitions:
//
//   rules:
//     - name: user_sessions
//       trigger_tags: [user]
//       invalidate_tags: ["user_session:{resource_id}"]
//       strategy: immediate
//   relationships:
//     - source_type: order
//       target_types: [order_items, inventory]
//       cascade_depth: 2
//
// The names are those of Rule and Relationship in the contract, in either of protobuf's spellings.
// Strategies and cardinalities have their full names, or only the last words in lower case.
struct Definitions {
  std::vector<Defined<client::InvalidationRule>> rules;
  std::vector<Defined<client::DataRelationship>> relationships;
};

// Parses the content of `file`. Fails with INVALID_ARGUMENT; the message begins with `file:line: `.
absl::StatusOr<Definitions> ParseDefinitions(const std::string& file, const std::string& yaml);

// As ParseDefinitions, of the content of a file; "-" is the standard input. Fails with UNKNOWN if
// it cannot be opened or read.
absl::StatusOr<Definitions> ReadDefinitions(const std::string& file, std::istream& standard_input);

// Returns the definitions as one JSON object, in protobuf's mapping. ParseDefinitions accepts it.
std::string DefinitionsToJson(const std::vector<client::InvalidationRule>& rules,
                              const std::vector<client::DataRelationship>& relationships);

}  // namespace cache_invalidation::cachectl

#endif  // CACHE_INVALIDATION_CLIENT_CACHECTL_DEFINITIONS_H_
