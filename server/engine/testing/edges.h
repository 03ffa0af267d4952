// SPDX-License-Identifier: Apache-2.0

// Relationships as a test needs them.

#ifndef CACHE_INVALIDATION_SERVER_ENGINE_TESTING_EDGES_H_
#define CACHE_INVALIDATION_SERVER_ENGINE_TESTING_EDGES_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "server/engine/model.h"

namespace cache_invalidation::engine {

inline Relationship EdgeTo(std::string name, std::string source, std::vector<std::string> targets,
                           uint32_t depth, std::string tag_template = "") {
  Relationship relationship;
  relationship.name = std::move(name);
  relationship.source_type = std::move(source);
  relationship.target_types = std::move(targets);
  relationship.cascade_depth = depth;
  relationship.target_tag_template = std::move(tag_template);
  return relationship;
}

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_TESTING_EDGES_H_
