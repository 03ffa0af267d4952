// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_REFERENCE_EXPANSION_H_
#define CACHE_INVALIDATION_TESTS_REFERENCE_EXPANSION_H_

#include <set>
#include <string>
#include <vector>

#include "server/engine/model.h"
#include "tests/reference/rendering.h"

namespace cache_invalidation::reference {

// A tag and the relationship whose hop reached it.
struct ExpandedTag {
  std::string tag;
  std::string relationship;
  bool widened = false;

  auto operator<=>(const ExpandedTag&) const = default;
};

// Returns every tag that is reached from a type, over all paths. `scope`: what templates can be
// filled in with there.
std::set<ExpandedTag> ExpandType(const std::vector<engine::Relationship>& relationships,
                                 const std::string& type, Needs scope,
                                 const TemplateValues& values);

// As above, but the first hop is `first`, from its own source type.
std::set<ExpandedTag> ExpandFrom(const engine::Relationship& first,
                                 const std::vector<engine::Relationship>& relationships,
                                 Needs scope, const TemplateValues& values);

}  // namespace cache_invalidation::reference

#endif  // CACHE_INVALIDATION_TESTS_REFERENCE_EXPANSION_H_
