#ifndef CACHE_INVALIDATION_CLIENT_CACHECTL_YAML_INPUT_H_
#define CACHE_INVALIDATION_CLIENT_CACHECTL_YAML_INPUT_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace cache_invalidation::cachectl {

// YAML as it was written, with lines. Lines count from 1.
struct YamlNode {
  enum class Kind { kNull, kScalar, kList, kMap };

  // A name with its value.
  struct Member;

  Kind kind = Kind::kNull;
  int line = 0;

  // Of a scalar; a quoted one is always a string.
  std::string text = {};
  bool quoted = false;

  std::vector<YamlNode> elements = {};
  std::vector<Member> members = {};

  // The member of that name, null if there is none.
  const Member* Find(absl::string_view name) const;
};

struct YamlNode::Member {
  std::string name;
  int line = 0;
  YamlNode value;
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
