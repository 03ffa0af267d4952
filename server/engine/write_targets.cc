// SPDX-License-Identifier: Apache-2.0

#include "server/engine/write_targets.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/container/inlined_vector.h"
#include "common/limits.h"
#include "common/tag.h"

namespace cache_invalidation::engine {
namespace {

// More than any relationship allows.
constexpr uint32_t kUnlimited = kMaxCascadeDepth + 1;

// What a template can be filled in with, in increasing order.
enum class Scope : uint8_t { kNothing, kContext, kWrittenId };

Scope ScopeOf(bool has_id) { return has_id ? Scope::kWrittenId : Scope::kNothing; }

// States wait by the number of hops left. A hop leads only to states with fewer, so processing from
// the largest number down visits every state first with the most hops it is ever reached with.
class Walk {
 public:
  Walk(const RelationshipSet& registered, absl::Span<const CompiledRelationship> attached,
       WriteValues& write, SpentHops spent)
      : registered_(registered), attached_(attached), write_(write), spent_(spent) {}

  void StartAt(absl::string_view type, Scope scope) {
    waiting_[kUnlimited].push_back({type, scope, Hop::kStart});
  }

  void StartWith(const CompiledRelationship& relationship, Scope scope) {
    Take(relationship, {relationship.relationship.source_type, scope, Hop::kStart}, kUnlimited);
  }

  Expansion Finish() {
    for (uint32_t left = kUnlimited; left > 0; --left) {
      for (const Place& place : waiting_[left]) ExpandFrom(place, left);
    }
    if (spent_ == SpentHops::kInclude) {
      for (const Place& place : waiting_[0]) ExpandFrom(place, 0);
    }
    return std::move(hops_);
  }

 private:
  struct Place {
    absl::string_view type;
    Scope scope;
    int32_t reached_by;  // index of a hop
  };

  WorkBudget& budget() { return write_.budget(); }

  void ExpandFrom(const Place& place, uint32_t left) {
    if (budget().is_spent()) return;
    if (!expanded_.emplace(place.type, place.scope).second) return;
    for (const CompiledRelationship* relationship : registered_.From(place.type)) {
      Take(*relationship, place, left);
    }
    for (const CompiledRelationship& relationship : attached_) {
      if (relationship.relationship.source_type == place.type) Take(relationship, place, left);
    }
  }

  void Take(const CompiledRelationship& via, const Place& from, uint32_t left) {
    budget().Step();
    if (budget().is_spent()) return;
    Hop hop;
    hop.via = &via;
    hop.parent = from.reached_by;
    hop.taken = left > 0;
    if (hop.taken) {
      hop.depth_left = std::min(left, via.relationship.cascade_depth) - 1;
      const Scope scope = NameTags(via, from.scope, hop.tags);
      const auto index = static_cast<int32_t>(hops_.size());
      // A hop that names nothing leads nowhere.
      if (!hop.tags.empty()) {
        for (const std::string& target : via.relationship.target_types) {
          waiting_[hop.depth_left].push_back({target, scope, index});
        }
      }
    }
    hops_.push_back(std::move(hop));
  }

  // Returns the scope of the states that the hop leads to.
  Scope NameTags(const CompiledRelationship& via, Scope scope, std::vector<RenderedTag>& tags) {
    if (!via.tag_template.has_value()) {
      budget().Step(via.relationship.target_types.size() * kStepsPerTag);
      for (const std::string& target : via.relationship.target_types) tags.push_back({target});
      return Scope::kNothing;
    }
    const TagTemplate& form = *via.tag_template;
    const Scope needed = form.is_literal()          ? Scope::kNothing
                         : form.names_resource_id() ? Scope::kWrittenId
                                                    : Scope::kContext;
    if (scope < needed || (budget().is_coarse() && !form.is_literal())) {
      const Unresolved why = scope < needed ? Unresolved::kUnscoped : Unresolved::kSpent;
      tags.push_back({via.relationship.target_types[0], why});
      return Scope::kNothing;
    }
    form.Render(write_, tags);
    if (std::any_of(tags.begin(), tags.end(),
                    [](const RenderedTag& tag) { return tag.widened(); })) {
      return Scope::kNothing;
    }
    return needed == Scope::kWrittenId ? scope : std::min(scope, Scope::kContext);
  }

  const RelationshipSet& registered_;
  const absl::Span<const CompiledRelationship> attached_;
  WriteValues& write_;
  const SpentHops spent_;
  Expansion hops_;
  std::array<std::vector<Place>, kUnlimited + 1> waiting_;
  absl::flat_hash_set<std::pair<absl::string_view, Scope>> expanded_;
};

}  // namespace

Expansion ExpandWrite(const RelationshipSet& registered, WriteValues& values, SpentHops spent) {
  const WriteEvent& write = values.write();
  // Most types have no relationships.
  if (registered.From(write.resource_type).empty()) return {};
  Walk walk(registered, {}, values, spent);
  walk.StartAt(write.resource_type, ScopeOf(!write.resource_id.empty()));
  return walk.Finish();
}

Expansion ExpandAttached(const RelationshipSet& registered,
                         absl::Span<const CompiledRelationship> attached, WriteValues& values,
                         SpentHops spent) {
  if (attached.empty()) return {};
  const WriteEvent& write = values.write();
  Walk walk(registered, attached, values, spent);
  for (const CompiledRelationship& first : attached) {
    const bool written = first.relationship.source_type == write.resource_type;
    walk.StartWith(first, ScopeOf(written && !write.resource_id.empty()));
  }
  return walk.Finish();
}

Expansion ExpandTypes(const RelationshipSet& registered, absl::Span<const absl::string_view> types,
                      WorkBudget& budget, SpentHops spent) {
  const WriteEvent none;
  WriteValues values(none, budget);
  Walk walk(registered, {}, values, spent);
  for (const absl::string_view type : types) walk.StartAt(type, Scope::kNothing);
  return walk.Finish();
}

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
