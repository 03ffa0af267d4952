// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_ENGINE_MODEL_H_
#define CACHE_INVALIDATION_SERVER_ENGINE_MODEL_H_

#include <cstdint>
#include <string>
#include <vector>

namespace cache_invalidation::engine {

// The declarations of a namespace as plain values; the proto of the same name documents each field
// and its limits. Declarations passed to the engine have been checked: names and types are well
// formed, templates and patterns parse, numbers are in range, defaults are filled in.

enum class Strategy : uint8_t { kImmediate, kBatched, kLazy, kCascade };

enum class Cardinality : uint8_t { kOneToOne, kOneToMany, kManyToOne, kManyToMany };

struct Relationship {
  std::string name;
  std::string source_type;
  std::vector<std::string> target_types;  // sorted, each once
  Cardinality cardinality = Cardinality::kOneToMany;
  uint32_t cascade_depth = 1;
  std::string target_tag_template;  // empty: the type tag of each target
  std::string description;
  std::vector<std::string> accepted_warnings;  // sorted, each once; names of lint.h

  bool operator==(const Relationship&) const = default;
};

struct Rule {
  std::string name;
  std::vector<std::string> trigger_tags;     // sorted, each once
  std::vector<std::string> invalidate_tags;  // sorted, each once; tags or templates
  std::string pattern;                       // empty: none
  Strategy strategy = Strategy::kImmediate;
  int32_t priority = 0;
  std::vector<Relationship> relationships;
  std::string condition;  // empty: always
  bool enabled = true;
  std::string description;
  std::vector<std::string> accepted_warnings;  // sorted, each once; names of lint.h

  bool operator==(const Rule&) const = default;
};

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_MODEL_H_
