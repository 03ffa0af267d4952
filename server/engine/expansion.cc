#include "server/engine/expansion.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "common/limits.h"

namespace cache_invalidation::engine {
namespace {

// More than any relationship allows.
constexpr uint32_t kUnlimited = kMaxCascadeDepth + 1;

// Places wait by the hops they have left. A hop leads only to places with fewer, so going down from
// the most every place is met first with the most hops it is ever reached with.
class Walk {
 public:
  Walk(const RelationshipSet& registered, absl::Span<const CompiledRelationship> attached,
       const WriteEvent& write, SpentHops spent)
      : registered_(registered), attached_(attached), write_(write), spent_(spent) {}

  void StartAt(absl::string_view type, bool scoped) {
    waiting_[kUnlimited].push_back({type, scoped, Hop::kStart});
  }

  void StartWith(const CompiledRelationship& relationship, bool scoped) {
    Take(relationship, {relationship.relationship.source_type, scoped, Hop::kStart}, kUnlimited);
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
    bool scoped;
    int32_t reached_by;  // a hop
  };

  void ExpandFrom(const Place& place, uint32_t left) {
    if (!expanded_.emplace(place.type, place.scoped).second) return;
    for (const CompiledRelationship* relationship : registered_.From(place.type)) {
      Take(*relationship, place, left);
    }
    for (const CompiledRelationship& relationship : attached_) {
      if (relationship.relationship.source_type == place.type) Take(relationship, place, left);
    }
  }

  void Take(const CompiledRelationship& via, const Place& from, uint32_t left) {
    Hop hop;
    hop.via = &via;
    hop.parent = from.reached_by;
    hop.taken = left > 0;
    if (hop.taken) {
      hop.depth_left = std::min(left, via.relationship.cascade_depth) - 1;
      const bool scoped = NameTags(via, from.scoped, hop.tags);
      const auto index = static_cast<int32_t>(hops_.size());
      for (const std::string& target : via.relationship.target_types) {
        waiting_[hop.depth_left].push_back({target, scoped, index});
      }
    }
    hops_.push_back(std::move(hop));
  }

  // Answers whether the hop leads to scoped places.
  bool NameTags(const CompiledRelationship& via, bool scoped, std::vector<RenderedTag>& tags) {
    if (!via.tag_template.has_value()) {
      for (const std::string& target : via.relationship.target_types) tags.push_back({target});
      return false;
    }
    if (via.tag_template->is_literal() || scoped) {
      via.tag_template->Render(write_.resource_id, write_.context, tags);
      return scoped && std::none_of(tags.begin(), tags.end(),
                                    [](const RenderedTag& tag) { return tag.widened(); });
    }
    for (const std::string& target : via.relationship.target_types) {
      tags.push_back({target, Unresolved::kUnscoped});
    }
    return false;
  }

  const RelationshipSet& registered_;
  const absl::Span<const CompiledRelationship> attached_;
  const WriteEvent& write_;
  const SpentHops spent_;
  Expansion hops_;
  std::array<std::vector<Place>, kUnlimited + 1> waiting_;
  absl::flat_hash_set<std::pair<absl::string_view, bool>> expanded_;
};

}  // namespace

Expansion ExpandWrite(const RelationshipSet& registered, const WriteEvent& write, SpentHops spent) {
  // Most types lead nowhere.
  if (registered.From(write.resource_type).empty()) return {};
  Walk walk(registered, {}, write, spent);
  walk.StartAt(write.resource_type, !write.resource_id.empty());
  return walk.Finish();
}

Expansion ExpandAttached(const RelationshipSet& registered,
                         absl::Span<const CompiledRelationship> attached, const WriteEvent& write,
                         SpentHops spent) {
  if (attached.empty()) return {};
  Walk walk(registered, attached, write, spent);
  for (const CompiledRelationship& first : attached) {
    walk.StartWith(
        first, first.relationship.source_type == write.resource_type && !write.resource_id.empty());
  }
  return walk.Finish();
}

Expansion ExpandTypes(const RelationshipSet& registered, absl::Span<const absl::string_view> types,
                      SpentHops spent) {
  const WriteEvent none;
  Walk walk(registered, {}, none, spent);
  for (const absl::string_view type : types) walk.StartAt(type, false);
  return walk.Finish();
}

}  // namespace cache_invalidation::engine
