// RelationshipSet: the registered relationships of a namespace, by name and by source type.

#ifndef CACHE_INVALIDATION_SERVER_ENGINE_RELATIONSHIP_SET_H_
#define CACHE_INVALIDATION_SERVER_ENGINE_RELATIONSHIP_SET_H_

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "server/engine/model.h"
#include "server/engine/query.h"
#include "server/engine/tag_template.h"

namespace cache_invalidation::engine {

// A relationship with its parsed template.
struct CompiledRelationship {
  // REQUIRES: the relationship has been checked (model.h).
  explicit CompiledRelationship(Relationship relationship);

  Relationship relationship;
  std::optional<TagTemplate> tag_template;  // absent: the type tag of each target
};

// "one_to_many".
absl::string_view CardinalityName(Cardinality cardinality);

// Returned pointers and views stay valid until that relationship is replaced or removed.
// Thread-compatible.
class RelationshipSet {
 public:
  using Sources = std::vector<const CompiledRelationship*>;

  RelationshipSet() = default;
  RelationshipSet(const RelationshipSet&) = delete;
  RelationshipSet& operator=(const RelationshipSet&) = delete;

  // Adds the relationship or replaces the one of the same name. Returns whether one was replaced.
  // REQUIRES: it has been checked.
  bool Put(Relationship relationship);

  // Returns whether there was one.
  bool Remove(absl::string_view name);

  // Returns null if there is none.
  const Relationship* Find(absl::string_view name) const;

  // The relationships whose source is this type, by name.
  const Sources& From(absl::string_view source_type) const;

  // A page by name.
  struct Page {
    std::vector<const Relationship*> relationships;
    bool more = false;
  };
  Page List(const ListRelationships& query) const;

  // Calls `visit` with every relationship, by name.
  template <typename Visit>
  void ForEach(Visit visit) const {
    for (const auto& [name, compiled] : by_name_) visit(compiled.relationship);
  }

  size_t size() const { return by_name_.size(); }

 private:
  std::map<std::string, CompiledRelationship, std::less<>> by_name_;
  absl::flat_hash_map<std::string, Sources> by_source_;
};

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_RELATIONSHIP_SET_H_
