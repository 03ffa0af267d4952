#ifndef CACHE_INVALIDATION_CLIENT_DEPENDENCY_H_
#define CACHE_INVALIDATION_CLIENT_DEPENDENCY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "client/call_options.h"
#include "client/position.h"

namespace cache_invalidation::client {

// Names that something was computed from.
struct DependencyNames {
  // Each stands for both the key and the tag of that name.
  std::vector<std::string> names = {};

  // Keys alone, and tags alone.
  std::vector<std::string> keys = {};
  std::vector<std::string> tags = {};

  bool operator==(const DependencyNames&) const = default;
};

// Declares that a key depends on others. Declarations add up and outlive invalidations.
struct AddCacheDependencyParams {
  // The dependent key.
  std::string key = {};

  // 1 to 1,000 names in all. A key that depends on itself is refused; longer cycles are legal and
  // answered with a warning.
  DependencyNames depends_on = {};

  // How long the edges stay. Default: until removed.
  std::optional<absl::Duration> ttl = {};

  // Where the caller stood before it read what the key was computed from. If anything named has
  // moved since, the key is invalidated in the same call. Default: not checked.
  std::optional<Position> position = {};

  CallOptions options = {};
};

struct DependencyAddition {
  // How many edges are new.
  uint32_t added = 0;

  // The key was invalidated, because something named had moved.
  bool invalidated = false;

  // The revision of that invalidation, otherwise the head.
  Position position = {};

  // For example that the edges close a cycle.
  std::vector<std::string> warnings = {};

  bool operator==(const DependencyAddition&) const = default;
};

struct RemoveCacheDependencyParams {
  // The dependent key.
  std::string key = {};

  // Empty: every declared edge of the key.
  DependencyNames depends_on = {};

  CallOptions options = {};
};

struct DependencyRemoval {
  // Whether any such edge was there.
  bool found = false;

  // How many edges were removed.
  uint32_t removed = 0;

  bool operator==(const DependencyRemoval&) const = default;
};

// One edge: a dependent key, and a key or tag it was computed from.
struct CacheDependency {
  enum class Kind { kKey, kTag };

  std::string key = {};
  Kind kind = Kind::kKey;
  std::string depends_on = {};

  // Declared by AddCacheDependency, or owned by the tracked entry of the dependent, or both.
  bool declared = false;
  bool owned = false;

  // When the declaration ends, if it does.
  std::optional<absl::Time> expires = {};

  bool operator==(const CacheDependency&) const = default;
};

enum class DependencyDirection {
  // What the key depends on.
  kDependsOn,
  // What depends on the name, as a key and as a tag.
  kDependents,
};

struct ListCacheDependenciesParams {
  std::string name = {};
  DependencyDirection direction = DependencyDirection::kDependsOn;

  // 0 means 50; at most 1,000.
  int32_t page_size = 0;

  // From DependencyPage, of a call with the same namespace, name and direction.
  std::string page_token = {};

  CallOptions options = {};
};

struct DependencyPage {
  // Ordered by dependent, then by kind and name. May be fewer than page_size, or none, though more
  // follow.
  std::vector<CacheDependency> dependencies = {};

  // Empty on the last page.
  std::string next_page_token = {};

  bool operator==(const DependencyPage&) const = default;
};

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_DEPENDENCY_H_
