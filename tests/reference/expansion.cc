// SPDX-License-Identifier: Apache-2.0

#include "tests/reference/expansion.h"

#include <algorithm>
#include <cstdint>

namespace cache_invalidation::reference {
namespace {

constexpr uint32_t kUnlimited = 1000;

// Where an expansion stands: at a type, with what fills in templates there, and so many hops left.
struct Place {
  std::string type;
  Needs scope = Needs::kNothing;
  uint32_t left = 0;

  auto operator<=>(const Place&) const = default;
};

struct Reached {
  std::set<Place> places;
  std::set<ExpandedTag> tags;
};

// Takes one relationship from a place.
void Hop(const Place& from, const engine::Relationship& relationship, const TemplateValues& values,
         Reached& reached) {
  if (from.left == 0) return;
  const uint32_t left = std::min(from.left, relationship.cascade_depth) - 1;
  const std::string& form = relationship.target_tag_template;
  for (const std::string& target : relationship.target_types) {
    if (form.empty()) {
      reached.tags.insert({target, relationship.name, false});
      reached.places.insert({target, Needs::kNothing, left});
    } else if (NeedsOf(form) > from.scope) {
      reached.tags.insert({target, relationship.name, true});
      reached.places.insert({target, Needs::kNothing, left});
    } else {
      const RenderedTags rendered = Render(form, values);
      for (const std::string& tag : rendered.tags) {
        reached.tags.insert({tag, relationship.name, false});
      }
      for (const std::string& tag : rendered.widened) {
        reached.tags.insert({tag, relationship.name, true});
      }
      if (!rendered.widened.empty()) {
        // What could not be named in full cannot be followed in full either.
        reached.places.insert({target, Needs::kNothing, left});
      } else if (!rendered.tags.empty()) {
        const Needs without_id = std::min(from.scope, Needs::kContext);
        const bool by_id = NeedsOf(form) == Needs::kWrittenId;
        reached.places.insert({target, by_id ? Needs::kWrittenId : without_id, left});
      }
    }
  }
}

// Hops from every place until no new place is reached.
std::set<ExpandedTag> Fixpoint(Reached reached,
                               const std::vector<engine::Relationship>& relationships,
                               const TemplateValues& values) {
  while (true) {
    Reached next = reached;
    for (const Place& place : reached.places) {
      for (const engine::Relationship& relationship : relationships) {
        if (relationship.source_type == place.type) Hop(place, relationship, values, next);
      }
    }
    if (next.places == reached.places && next.tags == reached.tags) return next.tags;
    reached = next;
  }
}

}  // namespace

std::set<ExpandedTag> ExpandType(const std::vector<engine::Relationship>& relationships,
                                 const std::string& type, Needs scope,
                                 const TemplateValues& values) {
  return Fixpoint({{{type, scope, kUnlimited}}, {}}, relationships, values);
}

std::set<ExpandedTag> ExpandFrom(const engine::Relationship& first,
                                 const std::vector<engine::Relationship>& relationships,
                                 Needs scope, const TemplateValues& values) {
  Reached reached;
  Hop({first.source_type, scope, kUnlimited}, first, values, reached);
  return Fixpoint(reached, relationships, values);
}

}  // namespace cache_invalidation::reference
