// SPDX-License-Identifier: Apache-2.0

#include "server/engine/lint.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <optional>
#include <utility>

#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/condition/condition.h"
#include "common/limits.h"
#include "common/pattern.h"
#include "common/tag.h"

namespace cache_invalidation::engine {
namespace {

constexpr absl::string_view kContextVariable = "context_variable";
constexpr absl::string_view kDeepCascade = "deep_cascade";
constexpr absl::string_view kLiteralStar = "literal_star";
constexpr absl::string_view kNeverEqual = "never_equal";
constexpr absl::string_view kNeverTriggers = "never_triggers";
constexpr absl::string_view kNewValueOnly = "new_value_only";
constexpr absl::string_view kNotBoolean = "not_boolean";
constexpr absl::string_view kOldValueOnly = "old_value_only";
constexpr absl::string_view kPatternPlaceholder = "pattern_placeholder";
constexpr absl::string_view kPatternScan = "pattern_scan";
constexpr absl::string_view kUnequalNumber = "unequal_number";
constexpr absl::string_view kWholeType = "whole_type";
constexpr absl::string_view kWrongId = "wrong_id";

constexpr std::array<absl::string_view, 13> kWarningNames = {
    kContextVariable, kDeepCascade, kLiteralStar,  kNeverEqual,         kNeverTriggers,
    kNewValueOnly,    kNotBoolean,  kOldValueOnly, kPatternPlaceholder, kPatternScan,
    kUnequalNumber,   kWholeType,   kWrongId,
};

bool IsBareType(absl::string_view tag) { return tag.find(':') == absl::string_view::npos; }

// Collects the warnings that are not accepted.
class Warnings {
 public:
  explicit Warnings(absl::Span<const std::string> accepted) : accepted_(accepted) {}

  void Add(absl::string_view name, absl::string_view path, absl::string_view text) {
    if (std::find(accepted_.begin(), accepted_.end(), name) != accepted_.end()) return;
    lines_.push_back(absl::StrCat(path, ": ", text, " [", name, "]"));
  }

  std::vector<std::string> Take() { return std::move(lines_); }

  void Append(std::vector<std::string> lines) {
    lines_.insert(lines_.end(), lines.begin(), lines.end());
  }

 private:
  const absl::Span<const std::string> accepted_;
  std::vector<std::string> lines_;
};

// A name that looks like a pattern. A level that is "*" alone is refused elsewhere.
void LintStar(absl::string_view path, absl::string_view name, Warnings& warnings) {
  if (name.find('*') == absl::string_view::npos) return;
  warnings.Add(kLiteralStar, path,
               absl::StrCat("\"*\" in \"", name, "\" is not a wildcard: it stands for itself"));
}

// The name at the beginning of the rest of a placeholder, up to `}` or `|`.
absl::string_view FieldAt(absl::string_view rest) {
  return rest.substr(0, rest.find_first_of("|}"));
}

// A tag whose only placeholder of a column is its old value: a row that moves to another value
// leaves the tag of the new one.
void LintOldValues(absl::Span<const std::string> templates, absl::string_view path, bool is_list,
                   Warnings& warnings) {
  absl::flat_hash_set<absl::string_view> fields;  // of all templates, the old values as `old.NAME`
  for (const std::string& text : templates) {
    const std::vector<absl::string_view> parts = absl::StrSplit(text, "{context.");
    for (size_t part = 1; part < parts.size(); ++part) fields.insert(FieldAt(parts[part]));
  }
  for (size_t i = 0; i < templates.size(); ++i) {
    const std::vector<absl::string_view> parts = absl::StrSplit(templates[i], "{context.old.");
    if (parts.size() == 1) continue;
    const absl::string_view field = FieldAt(parts[1]);
    if (fields.contains(field)) continue;
    warnings.Add(kOldValueOnly, is_list ? absl::StrCat(path, "[", i, "]") : std::string(path),
                 absl::StrCat("it names the tag of the old value only; \"{context.", field,
                              "}\" names those of the old and of the new value. Is that meant?"));
  }
}

std::vector<std::string> RelationshipWarnings(const Relationship& relationship,
                                              absl::string_view path) {
  Warnings warnings(relationship.accepted_warnings);
  const auto at = [path](absl::string_view field) { return absl::StrCat(path, field); };
  if (relationship.cascade_depth > kRecommendedCascadeDepth) {
    warnings.Add(
        kDeepCascade, at("cascade_depth"),
        absl::StrCat(relationship.cascade_depth, " hops reach further than most people expect; ",
                     kRecommendedCascadeDepth, " is the recommended maximum"));
  }
  const std::vector<std::string>& types = relationship.target_types;
  LintStar(at("source_type"), relationship.source_type, warnings);
  for (size_t i = 0; i < types.size(); ++i) {
    LintStar(absl::StrCat(at("target_types"), "[", i, "]"), types[i], warnings);
  }
  LintStar(at("target_tag_template"), relationship.target_tag_template, warnings);
  LintOldValues({&relationship.target_tag_template, 1}, at("target_tag_template"),
                /*is_list=*/false, warnings);
  if (relationship.target_tag_template.empty()) {
    warnings.Add(
        kWholeType, at("target_types"),
        absl::StrCat("every write to one \"", relationship.source_type,
                     "\" drops all entries of \"", types.front(), "\"",
                     types.size() > 1 ? absl::StrCat(" and ", types.size() - 1, " more types") : "",
                     ". Is that meant? If the entries carry a tag that can be made of the written "
                     "row, its id or a column, a target_tag_template names only those",
                     types.size() > 1 ? " (one relationship for each target type)" : ""));
  }
  const bool many_to = relationship.cardinality == Cardinality::kManyToOne ||
                       relationship.cardinality == Cardinality::kManyToMany;
  if (many_to && types.size() == 1 &&
      relationship.target_tag_template == absl::StrCat(types.front(), ":{resource_id}")) {
    warnings.Add(kWrongId, at("target_tag_template"),
                 absl::StrCat("{resource_id} is the id of the written \"", relationship.source_type,
                              "\", not of the \"", types.front(),
                              "\" it belongs to; {context.NAME} takes it from a column"));
  }
  return warnings.Take();
}

void LintTriggers(const Rule& rule, Warnings& warnings) {
  for (size_t i = 0; i < rule.trigger_tags.size(); ++i) {
    const std::string& tag = rule.trigger_tags[i];
    LintStar(absl::StrCat("trigger_tags[", i, "]"), tag, warnings);
    const absl::string_view type = FirstSegment(tag);
    if (tag != CollectionTag(type)) continue;
    warnings.Add(
        kNeverTriggers, absl::StrCat("trigger_tags[", i, "]"),
        absl::StrCat("\"", tag, "\" is carried by lists; a rule is triggered by the type (\"", type,
                     "\"), its id (\"", type, ":ID\") and the tags that the writer names"));
  }
}

// A placeholder of templates: RE2 takes it literally, and so no key of the written row matches.
void LintPlaceholders(absl::string_view pattern, Warnings& warnings) {
  for (const absl::string_view start : {"{resource_id", "{context."}) {
    const size_t begin = pattern.find(start);
    if (begin == absl::string_view::npos) continue;
    const size_t end = pattern.find('}', begin);
    if (end == absl::string_view::npos) continue;
    warnings.Add(kPatternPlaceholder, "pattern",
                 absl::StrCat("\"", pattern.substr(begin, end - begin + 1),
                              "\" is not filled in: in a pattern it stands for itself. A template "
                              "in invalidate_tags names the tags of the written row"));
  }
}

void LintTargets(const CompiledRule& compiled, Warnings& warnings) {
  const Rule& rule = compiled.rule;
  for (size_t i = 0; i < rule.invalidate_tags.size(); ++i) {
    const std::string& tag = rule.invalidate_tags[i];
    LintStar(absl::StrCat("invalidate_tags[", i, "]"), tag, warnings);
    if (!IsBareType(tag)) continue;
    warnings.Add(kWholeType, absl::StrCat("invalidate_tags[", i, "]"),
                 absl::StrCat("\"", tag, "\" drops every entry tagged with it or below it, ",
                              "whichever row was written. Is that meant? If the entries carry a "
                              "tag that can be made of the written row, its id or a column, a "
                              "template names only those"));
  }
  LintOldValues(rule.invalidate_tags, "invalidate_tags", /*is_list=*/true, warnings);
  LintPlaceholders(rule.pattern, warnings);
  if (compiled.pattern.has_value() && compiled.pattern->literal_prefix().empty()) {
    warnings.Add(kPatternScan, "pattern",
                 "it has no literal prefix, so every known key is matched each time the rule "
                 "fires");
  }
}

absl::string_view NameOf(condition::Remark::Kind kind) {
  constexpr absl::string_view kNames[] = {kContextVariable, kNeverEqual, kUnequalNumber,
                                          kNewValueOnly, kNotBoolean};
  static_assert(std::size(kNames) == static_cast<size_t>(condition::Remark::Kind::kNotBoolean) + 1);
  return kNames[static_cast<size_t>(kind)];
}

void LintCondition(const CompiledRule& compiled, Warnings& warnings) {
  if (!compiled.condition.has_value() || !compiled.condition->ok()) return;
  for (const condition::Remark& remark : (*compiled.condition)->Lint()) {
    warnings.Add(NameOf(remark.kind), "condition", remark.text);
  }
}

bool HasStarLevel(absl::string_view tag) {
  const std::vector<absl::string_view> levels = absl::StrSplit(tag, ':');
  return std::find(levels.begin(), levels.end(), "*") != levels.end();
}

// The tags that a write to one row does not hit, each with a tag below it from the same list, if
// there is one.
using Unhit = absl::btree_map<absl::string_view, std::optional<absl::string_view>>;

std::string UnhitWarning(absl::string_view path, absl::string_view tag,
                         const std::optional<absl::string_view>& beside) {
  if (HasStarLevel(tag)) {
    return absl::StrCat(path, ": \"*\" in \"", tag,
                        "\" is not a wildcard: only this exact tag, or one above it, hits it");
  }
  if (beside.has_value()) {
    return absl::StrCat(path, ": \"", tag, "\" adds nothing to \"", *beside,
                        "\", which is below it");
  }
  return absl::StrCat(path, ": \"", tag, "\" is not hit by a write to one \"", tag,
                      "\"; what is made from one names \"", tag, ":ID\", a list over them \"",
                      CollectionTag(tag), "\"");
}

std::vector<std::string> UnhitWarnings(absl::string_view path, const Unhit& unhit) {
  std::vector<std::string> warnings;
  for (const auto& [tag, beside] : unhit) {
    if (warnings.size() == kMaxWarnings) {
      warnings.push_back(absl::StrCat(path, ": ", unhit.size() - kMaxWarnings,
                                      " more tags that a write to one row does not hit"));
      break;
    }
    warnings.push_back(UnhitWarning(path, tag, beside));
  }
  return warnings;
}

void AddUnhit(absl::Span<const absl::string_view> tags, Unhit& unhit) {
  for (const absl::string_view tag : tags) {
    if (!IsBareType(tag) && !HasStarLevel(tag)) continue;
    const auto below = std::find_if(tags.begin(), tags.end(), [&](absl::string_view other) {
      return other != tag && IsSelfOrAncestor(tag, other);
    });
    std::optional<absl::string_view>& beside = unhit[tag];
    if (below != tags.end() && !beside.has_value()) beside = *below;
  }
}

}  // namespace

absl::Status CheckWarningName(absl::string_view name) {
  if (std::find(kWarningNames.begin(), kWarningNames.end(), name) != kWarningNames.end()) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("expected the name of a warning: one of ", absl::StrJoin(kWarningNames, ", ")));
}

std::vector<std::string> LintRule(const CompiledRule& compiled) {
  const Rule& rule = compiled.rule;
  Warnings warnings(rule.accepted_warnings);
  LintTriggers(rule, warnings);
  LintTargets(compiled, warnings);
  LintCondition(compiled, warnings);
  for (size_t i = 0; i < rule.relationships.size(); ++i) {
    warnings.Append(
        RelationshipWarnings(rule.relationships[i], absl::StrCat("relationships[", i, "].")));
  }
  return warnings.Take();
}

std::vector<std::string> LintRelationship(const Relationship& relationship) {
  return RelationshipWarnings(relationship, "");
}

std::vector<std::string> LintEntries(absl::Span<const TrackedEntry> entries) {
  Unhit unhit;
  for (const TrackedEntry& entry : entries) AddUnhit(entry.tags, unhit);
  return UnhitWarnings("tags", unhit);
}

std::vector<std::string> LintDependencies(const DependencyNames& depends_on) {
  std::vector<absl::string_view> tags = depends_on.tags;
  tags.insert(tags.end(), depends_on.names.begin(), depends_on.names.end());
  Unhit unhit;
  AddUnhit(tags, unhit);
  return UnhitWarnings("depends_on", unhit);
}

}  // namespace cache_invalidation::engine
