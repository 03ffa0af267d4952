#include "server/engine/relationship_set.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/status/statusor.h"
#include "common/check.h"
#include "common/limits.h"

namespace cache_invalidation::engine {
namespace {

bool NameBefore(const CompiledRelationship* a, const CompiledRelationship* b) {
  return a->relationship.name < b->relationship.name;
}

}  // namespace

CompiledRelationship::CompiledRelationship(Relationship checked)
    : relationship(std::move(checked)) {
  Check(relationship.cascade_depth >= kMinCascadeDepth &&
            relationship.cascade_depth <= kMaxCascadeDepth,
        "a relationship's cascade depth has been checked");
  if (relationship.target_tag_template.empty()) return;
  Check(relationship.target_types.size() == 1, "a template has exactly one target type");
  absl::StatusOr<TagTemplate> parsed = TagTemplate::Parse(relationship.target_tag_template);
  Check(parsed.ok(), "a relationship's template has been checked");
  tag_template = *std::move(parsed);
}

absl::string_view CardinalityName(Cardinality cardinality) {
  constexpr absl::string_view kNames[] = {"one_to_one", "one_to_many", "many_to_one",
                                          "many_to_many"};
  static_assert(std::size(kNames) == static_cast<size_t>(Cardinality::kManyToMany) + 1);
  return kNames[static_cast<size_t>(cardinality)];
}

bool RelationshipSet::Put(Relationship relationship) {
  const bool replaced = Remove(relationship.name);
  std::string name = relationship.name;
  const CompiledRelationship& added =
      by_name_.try_emplace(std::move(name), std::move(relationship)).first->second;
  Sources& sources = by_source_[added.relationship.source_type];
  sources.insert(std::upper_bound(sources.begin(), sources.end(), &added, NameBefore), &added);
  return replaced;
}

bool RelationshipSet::Remove(absl::string_view name) {
  const auto found = by_name_.find(name);
  if (found == by_name_.end()) return false;
  const auto sources = by_source_.find(found->second.relationship.source_type);
  sources->second.erase(std::find(sources->second.begin(), sources->second.end(), &found->second));
  if (sources->second.empty()) by_source_.erase(sources);
  by_name_.erase(found);
  return true;
}

const Relationship* RelationshipSet::Find(absl::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : &found->second.relationship;
}

const RelationshipSet::Sources& RelationshipSet::From(absl::string_view source_type) const {
  static const Sources* const none = new Sources;
  const auto found = by_source_.find(source_type);
  return found == by_source_.end() ? *none : found->second;
}

RelationshipSet::Page RelationshipSet::List(const ListRelationships& query) const {
  Page page;
  for (auto it = by_name_.upper_bound(query.after_name); it != by_name_.end(); ++it) {
    const Relationship& relationship = it->second.relationship;
    if (!query.source_type.empty() && relationship.source_type != query.source_type) continue;
    if (page.relationships.size() == query.limit) {
      page.more = true;
      break;
    }
    page.relationships.push_back(&relationship);
  }
  return page;
}

}  // namespace cache_invalidation::engine
