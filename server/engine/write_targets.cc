#include "server/engine/write_targets.h"

#include <algorithm>
#include <utility>

#include "absl/container/inlined_vector.h"
#include "common/tag.h"

namespace cache_invalidation::engine {

std::vector<DirectTag> DirectTags(const WriteEvent& write) {
  using Of = DirectTag::Of;
  std::vector<DirectTag> tags;
  tags.reserve(3 + write.tags.size());
  if (write.resource_id.empty()) {
    tags.push_back({Of::kType, {std::string(write.resource_type), Unresolved::kEmpty}});
  } else {
    for (std::string& tag : ResourceTags(write.resource_type, write.resource_id)) {
      const Of of = tags.empty() ? Of::kResource : Of::kEscapedResource;
      // No tag has more levels; entries can carry a tag above the id.
      const size_t size = FirstLevels(tag).size();
      const Unresolved why = size < tag.size() ? Unresolved::kNoTag : Unresolved::kNo;
      tag.resize(size);
      tags.push_back({of, {std::move(tag), why}});
    }
    tags.push_back({Of::kCollection, {CollectionTag(write.resource_type)}});
  }
  for (const absl::string_view tag : write.tags) tags.push_back({Of::kWriter, {std::string(tag)}});
  return tags;
}

std::vector<RuleSet::Match> MatchingRules(const RuleSet& rules, const WriteEvent& write,
                                          absl::Span<const DirectTag> direct, WorkBudget& budget) {
  // The type is above the resource tag. The collection tag triggers nothing by itself.
  absl::InlinedVector<absl::string_view, 8> met;
  for (const DirectTag& named : direct) {
    if (named.of != DirectTag::Of::kCollection) met.push_back(named.tag.name);
  }
  return rules.Matches(met, budget, write.resource_id.empty() ? write.resource_type : "");
}

RuleTargets TargetsOf(const CompiledRule& rule, const RelationshipSet& registered,
                      WriteValues& write, SpentHops spent) {
  RuleTargets targets;
  targets.templates.reserve(rule.templates.size());
  for (const TagTemplate& from : rule.templates) {
    targets.templates.push_back({&from, {}});
    from.Render(write, targets.templates.back().tags);
  }
  targets.attached = ExpandAttached(registered, rule.relationships, write, spent);
  if (rule.rule.strategy == Strategy::kCascade) {
    std::vector<absl::string_view> tags;
    for (const RuleTargets::FromTemplate& rendered : targets.templates) {
      for (const RenderedTag& tag : rendered.tags) tags.push_back(tag.name);
    }
    for (const Hop& hop : targets.attached) {
      for (const RenderedTag& tag : hop.tags) tags.push_back(tag.name);
    }
    targets.cascade = ExpandTypes(registered, TypesOf(std::move(tags)), write.budget(), spent);
  }
  return targets;
}

std::vector<absl::string_view> TypesOf(std::vector<absl::string_view> tags) {
  for (absl::string_view& tag : tags) tag = FirstSegment(tag);
  std::sort(tags.begin(), tags.end());
  tags.erase(std::unique(tags.begin(), tags.end()), tags.end());
  return tags;
}

}  // namespace cache_invalidation::engine
