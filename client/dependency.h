// SPDX-License-Identifier: Apache-2.0

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

// Names that a value was computed from.
struct DependencyNames {
  // Each means both the key and the tag of that name.
  std::vector<std::string> names = {};

  // Only keys, and only tags.
  std::vector<std::string> keys = {};
  std::vector<std::string> tags = {};

  bool operator==(const DependencyNames&) const = default;
};

// Declares that a key depends on others. Declarations accumulate and survive invalidations.
struct AddCacheDependencyParams {
  // The dependent key.
  std::string key = {};

  // 1 to 1,000 names in total. A key that depends on itself is refused; a longer cycle is accepted
  // with a warning.
  DependencyNames depends_on = {};

  // Lifetime of the edges. Default: until removed.
  std::optional<absl::Duration> ttl = {};

  // The caller's position before it read what the key was computed from. If one of the names was
  // invalidated after it, this call also invalidates the key. Default: not checked.
  std::optional<Position> position = {};

  CallOptions options = {};
};

struct DependencyAddition {
  // Number of new edges.
  uint32_t added = 0;

  // The key was invalidated, because one of the names had been invalidated after the position.
  bool invalidated = false;

  // The revision of that invalidation, otherwise the head.
  Position position = {};

  // For example, that the edges close a cycle.
  std::vector<std::string> warnings = {};

  bool operator==(const DependencyAddition&) const = default;
};

struct RemoveCacheDependencyParams {
  // The dependent key.
  std::string key = {};

  // Empty: all declared edges of the key.
  DependencyNames depends_on = {};

  CallOptions options = {};
};

struct DependencyRemoval {
  // Whether any of the edges existed.
  bool found = false;

  // Number of edges removed.
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

  // When the declaration expires, if it does.
  std::optional<absl::Time> expires = {};

  bool operator==(const CacheDependency&) const = default;
};

enum class DependencyDirection {
  // What the key depends on.
  kDependsOn,
  // What depends on the name, both as a key and as a tag.
  kDependents,
};

struct ListCacheDependenciesParams {
  std::string name = {};
  DependencyDirection direction = DependencyDirection::kDependsOn;

  // 0 means 50; at most 1,000.
  int32_t page_size = 0;

  // From DependencyPage, returned by a call with the same namespace, name and direction.
  std::string page_token = {};

  CallOptions options = {};
};

struct DependencyPage {
  // Ordered by dependent, then by kind and name. Can have fewer than page_size elements, or none,
  // although more follow.
  std::vector<CacheDependency> dependencies = {};

  // Empty on the last page.
  std::string next_page_token = {};

  bool operator==(const DependencyPage&) const = default;
};

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_DEPENDENCY_H_
