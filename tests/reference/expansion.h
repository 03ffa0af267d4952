#ifndef CACHE_INVALIDATION_TESTS_REFERENCE_EXPANSION_H_
#define CACHE_INVALIDATION_TESTS_REFERENCE_EXPANSION_H_

#include <set>
#include <string>
#include <vector>

#include "common/json_value.h"
#include "server/engine/model.h"

namespace cache_invalidation::reference {

// What an expansion fills templates with.
struct TemplateValues {
  std::string resource_id;
  const JsonValue* context = nullptr;
};

// One tag and the relationship whose hop led to it.
struct ExpandedTag {
  std::string tag;
  std::string relationship;
  bool widened = false;

  auto operator<=>(const ExpandedTag&) const = default;
};

// Every tag that is reached from a type, over all paths.
std::set<ExpandedTag> ExpandType(const std::vector<engine::Relationship>& relationships,
                                 const std::string& type, bool scoped,
                                 const TemplateValues& values);

// The same, but the first hop is `first`, from its own source type.
std::set<ExpandedTag> ExpandFrom(const engine::Relationship& first,
                                 const std::vector<engine::Relationship>& relationships,
                                 bool scoped, const TemplateValues& values);

}  // namespace cache_invalidation::reference

#endif  // CACHE_INVALIDATION_TESTS_REFERENCE_EXPANSION_H_
