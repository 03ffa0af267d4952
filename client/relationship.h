// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_RELATIONSHIP_H_
#define CACHE_INVALIDATION_CLIENT_RELATIONSHIP_H_

#include <cstdint>
#include <string>
#include <vector>

#include "client/call_options.h"

namespace cache_invalidation::client {

// How many rows of the source belong to how many of the target. Documents the data; it has no
// effect on what is invalidated.
enum class Cardinality { kOneToOne, kOneToMany, kManyToOne, kManyToMany };

// A write to the source type also affects the target types.
//
//   const DataRelationship order{.source_type = "order",
//                                .target_types = {"order_items", "inventory", "pricing"},
//                                .cascade_depth = 2};
struct DataRelationship {
  // Identity within the namespace: registering the same name again replaces the relationship.
  // Empty: derived from source type, cardinality and target types.
  std::string name = {};

  // The type whose writes start the expansion.
  std::string source_type = {};

  // The types that are invalidated with it: 1 to 64; "*" is refused.
  std::vector<std::string> target_types = {};

  Cardinality cardinality = Cardinality::kOneToMany;

  // Maximum number of hops of the expansion from here, including this one: 1 to 8. Above 2 the
  // result carries a warning.
  uint32_t cascade_depth = 1;

  // Empty: the type tag of each target is invalidated. A template narrows it, for example
  // `order_items:{resource_id}`; it requires exactly one target type.
  std::string target_tag_template = {};

  // For people; not interpreted.
  std::string description = {};

  // As InvalidationRule::accepted_warnings.
  std::vector<std::string> accepted_warnings = {};

  bool operator==(const DataRelationship&) const = default;
};

struct RegisterDataRelationshipParams {
  DataRelationship relationship = {};
  CallOptions options = {};
};

struct RelationshipRegistration {
  // As stored, with defaults filled in.
  DataRelationship relationship = {};

  // Remarks on the definition, which is stored nevertheless.
  std::vector<std::string> warnings = {};

  // A relationship of that name existed and was replaced.
  bool replaced = false;

  bool operator==(const RelationshipRegistration&) const = default;
};

struct GetDataRelationshipParams {
  std::string name = {};
  CallOptions options = {};
};

struct ListDataRelationshipsParams {
  // Only relationships of this source type; empty: all.
  std::string source_type = {};

  // 0 means 50; at most 1,000.
  int32_t page_size = 0;

  // From RelationshipPage, returned by a call with the same namespace and source type.
  std::string page_token = {};

  CallOptions options = {};
};

struct RelationshipPage {
  // Ordered by name.
  std::vector<DataRelationship> relationships = {};

  // Empty on the last page.
  std::string next_page_token = {};

  bool operator==(const RelationshipPage&) const = default;
};

struct DeleteDataRelationshipParams {
  std::string name = {};
  CallOptions options = {};
};

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_RELATIONSHIP_H_
