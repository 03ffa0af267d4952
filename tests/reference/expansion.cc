#include "tests/reference/expansion.h"

#include <algorithm>
#include <cstdint>

#include "tests/reference/rendering.h"

namespace cache_invalidation::reference {
namespace {

constexpr uint32_t kUnlimited = 1000;

// Where an expansion stands: at a type, with so many hops left.
struct Place {
  std::string type;
  bool scoped = false;
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
      reached.places.insert({target, false, left});
    } else if (!HasPlaceholder(form)) {
      reached.tags.insert({form, relationship.name, false});
      reached.places.insert({target, from.scoped, left});
    } else if (!from.scoped) {
      reached.tags.insert({target, relationship.name, true});
      reached.places.insert({target, false, left});
    } else {
      const RenderedTags rendered = Render(form, values.resource_id, values.context);
      for (const std::string& tag : rendered.tags) {
        reached.tags.insert({tag, relationship.name, false});
      }
      for (const std::string& tag : rendered.widened) {
        reached.tags.insert({tag, relationship.name, true});
      }
      // What could not be named in full cannot be followed in full either.
      reached.places.insert({target, rendered.widened.empty(), left});
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
                                 const std::string& type, bool scoped,
                                 const TemplateValues& values) {
  return Fixpoint({{{type, scoped, kUnlimited}}, {}}, relationships, values);
}

std::set<ExpandedTag> ExpandFrom(const engine::Relationship& first,
                                 const std::vector<engine::Relationship>& relationships,
                                 bool scoped, const TemplateValues& values) {
  Reached reached;
  Hop({first.source_type, scoped, kUnlimited}, first, values, reached);
  return Fixpoint(reached, relationships, values);
}

}  // namespace cache_invalidation::reference
