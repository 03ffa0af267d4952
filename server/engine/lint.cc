#include "server/engine/lint.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "absl/container/btree_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/limits.h"
#include "common/pattern.h"
#include "common/tag.h"

namespace cache_invalidation::engine {
namespace {

bool IsBareType(absl::string_view tag) { return tag.find(':') == absl::string_view::npos; }

void AddRelationshipWarnings(const Relationship& relationship, absl::string_view path,
                             std::vector<std::string>& warnings) {
  if (relationship.cascade_depth > kRecommendedCascadeDepth) {
    warnings.push_back(absl::StrCat(path, "cascade_depth: ", relationship.cascade_depth,
                                    " hops reach further than most people expect; ",
                                    kRecommendedCascadeDepth, " is the recommended maximum"));
  }
  if (relationship.target_tag_template.empty()) {
    const std::vector<std::string>& types = relationship.target_types;
    warnings.push_back(absl::StrCat(
        path, "target_types: every write to one \"", relationship.source_type,
        "\" drops all entries of \"", types.front(), "\"",
        types.size() > 1 ? absl::StrCat(" and ", types.size() - 1, " more types") : "",
        "; a target_tag_template such as \"", types.front(), ":{resource_id}\" drops only its own",
        types.size() > 1 ? " (one relationship for each target type)" : ""));
  }
  const bool many_to = relationship.cardinality == Cardinality::kManyToOne ||
                       relationship.cardinality == Cardinality::kManyToMany;
  if (many_to && relationship.target_types.size() == 1 &&
      relationship.target_tag_template ==
          absl::StrCat(relationship.target_types.front(), ":{resource_id}")) {
    warnings.push_back(absl::StrCat(
        path, "target_tag_template: {resource_id} is the id of the written \"",
        relationship.source_type, "\", not of the \"", relationship.target_types.front(),
        "\" it belongs to; {context.NAME} takes it from a column"));
  }
}

}  // namespace

std::vector<std::string> LintRule(const Rule& rule) {
  std::vector<std::string> warnings;
  for (size_t i = 0; i < rule.invalidate_tags.size(); ++i) {
    const std::string& tag = rule.invalidate_tags[i];
    if (!IsBareType(tag)) continue;
    warnings.push_back(absl::StrCat("invalidate_tags[", i, "]: \"", tag,
                                    "\" drops all of its entries; a template such as \"", tag,
                                    ":{resource_id}\" drops only those of the written resource"));
  }
  if (!rule.pattern.empty()) {
    const absl::StatusOr<Pattern> pattern = Pattern::Compile(rule.pattern);
    if (pattern.ok() && pattern->literal_prefix().empty()) {
      warnings.push_back(
          "pattern: it begins with nothing literal, so every known key is tried against it each "
          "time the rule fires");
    }
  }
  for (size_t i = 0; i < rule.relationships.size(); ++i) {
    AddRelationshipWarnings(rule.relationships[i], absl::StrCat("relationships[", i, "]."),
                            warnings);
  }
  return warnings;
}

std::vector<std::string> LintRelationship(const Relationship& relationship) {
  std::vector<std::string> warnings;
  AddRelationshipWarnings(relationship, "", warnings);
  return warnings;
}

std::vector<std::string> LintEntries(absl::Span<const TrackedEntry> entries) {
  // For each bare type a tag below it that stood beside it, if any did.
  absl::btree_map<absl::string_view, std::optional<absl::string_view>> bare;
  for (const TrackedEntry& entry : entries) {
    for (const absl::string_view tag : entry.tags) {
      if (!IsBareType(tag)) continue;
      const auto below = std::find_if(
          entry.tags.begin(), entry.tags.end(),
          [&](absl::string_view other) { return other != tag && IsSelfOrAncestor(tag, other); });
      std::optional<absl::string_view>& beside = bare[tag];
      if (below != entry.tags.end() && !beside.has_value()) beside = *below;
    }
  }
  std::vector<std::string> warnings;
  for (const auto& [tag, beside] : bare) {
    if (warnings.size() == kMaxWarnings) {
      warnings.push_back(
          absl::StrCat("tags: ", bare.size() - kMaxWarnings, " more bare type tags"));
      break;
    }
    warnings.push_back(beside.has_value()
                           ? absl::StrCat("tags: \"", tag, "\" adds nothing to \"", *beside,
                                          "\", which stands below it")
                           : absl::StrCat("tags: \"", tag, "\" is not hit by a write to one \"",
                                          tag, "\"; an entry made from one carries \"", tag,
                                          ":ID\", a list over them \"", CollectionTag(tag), "\""));
  }
  return warnings;
}

}  // namespace cache_invalidation::engine
