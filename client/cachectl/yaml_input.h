#ifndef CACHE_INVALIDATION_CLIENT_CACHECTL_YAML_INPUT_H_
#define CACHE_INVALIDATION_CLIENT_CACHECTL_YAML_INPUT_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace cache_invalidation::cachectl {

// YAML as it was written, with lines. Lines count from 1.
struct YamlNode {
  enum class Kind { kNull, kScalar, kList, kMap };

  Kind kind = Kind::kNull;
  int line = 0;

  // Of a member of a map: its name, and the line of that.
  std::string name = {};
  int name_line = 0;

  // Of a scalar; a quoted one is always a string.
  std::string text = {};
  bool quoted = false;

  // Elements of a list, or members of a map.
  std::vector<YamlNode> children = {};

  // The member of that name, null if there is none.
  const YamlNode* Find(absl::string_view wanted) const;
};

// What is wrong with a text, and where.
struct YamlError {
  int line = 0;
  std::string message;
};

// Reads one document. Refuses what files of definitions do not need and what could blow them up:
// more than 1 MiB, more than 32 levels, aliases, several documents, a name twice in one map.
// INVALID_ARGUMENT; `error` tells where and why.
absl::StatusOr<YamlNode> ParseYaml(const std::string& yaml, YamlError* error);

// As JSON: a scalar without quotes that reads as null, a boolean or a number is one.
std::string YamlToJson(const YamlNode& node);

}  // namespace cache_invalidation::cachectl

#endif  // CACHE_INVALIDATION_CLIENT_CACHECTL_YAML_INPUT_H_
