#ifndef CACHE_INVALIDATION_CLIENT_RELATIONSHIP_H_
#define CACHE_INVALIDATION_CLIENT_RELATIONSHIP_H_

#include <cstdint>
#include <string>
#include <vector>

#include "client/call_options.h"

namespace cache_invalidation::client {

// How many rows of the source belong to how many of the target. Documents the data; what is
// invalidated does not depend on it.
enum class Cardinality { kOneToOne, kOneToMany, kManyToOne, kManyToMany };

// A write to the source type also concerns the target types.
//
//   const DataRelationship order{.source_type = "order",
//                                .target_types = {"order_items", "inventory", "pricing"},
//                                .cascade_depth = 2};
struct DataRelationship {
  // Identity within the namespace: registering the same name again replaces it. Empty: made of
  // source type, cardinality and target types.
  std::string name = {};

  // The type whose writes start the expansion.
  std::string source_type = {};

  // The types that are invalidated with it: 1 to 64; "*" is refused.
  std::vector<std::string> target_types = {};

  Cardinality cardinality = Cardinality::kOneToMany;

  // How many hops the expansion may take from here, this one included: 1 to 8. Above 2 the answer
  // carries a warning.
  uint32_t cascade_depth = 1;

  // Empty: the type tag of each target is invalidated. A template scopes it, for example
  // `order_items:{resource_id}`; it needs exactly one target type.
  std::string target_tag_template = {};

  // For humans.
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
  // As stored, defaults filled in.
  DataRelationship relationship = {};

  // What a reviewer would remark; it is stored all the same.
  std::vector<std::string> warnings = {};

  // The name was taken and its relationship has been replaced.
  bool replaced = false;

  bool operator==(const RelationshipRegistration&) const = default;
};

struct GetDataRelationshipParams {
  std::string name = {};
  CallOptions options = {};
};

struct ListDataRelationshipsParams {
  // Only relationships of this source; empty: all.
  std::string source_type = {};

  // 0 means 50; at most 1,000.
  int32_t page_size = 0;

  // From RelationshipPage, of a call with the same namespace and source type.
  std::string page_token = {};

  CallOptions options = {};
};

struct RelationshipPage {
  // By name.
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
