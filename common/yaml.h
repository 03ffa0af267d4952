// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_COMMON_YAML_H_
#define CACHE_INVALIDATION_COMMON_YAML_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace cache_invalidation {

// A node of a YAML text, with its line. Lines are counted from 1.
struct YamlNode {
  enum class Kind { kNull, kScalar, kList, kMap };

  Kind kind = Kind::kNull;
  int line = 0;

  // Of a member of a map: its name, and the line of the name.
  std::string name = {};
  int name_line = 0;

  // Of a scalar; a quoted one is always a string.
  std::string text = {};
  bool quoted = false;

  // Elements of a list, or members of a map.
  std::vector<YamlNode> children = {};

  // Returns the member of that name, null if there is none.
  const YamlNode* Find(absl::string_view wanted) const;
};

// What is wrong, and in which line.
struct YamlError {
  int line = 0;
  std::string message;
};

// The largest document that is parsed.
inline constexpr size_t kMaxYamlBytes = 1 << 20;

// Returns one form for both spellings that protobuf accepts for a name, snake_case and camelCase.
std::string CanonicalName(absl::string_view name);

// Parses one document. Fails with INVALID_ARGUMENT, and fills `error`, also for what files of
// definitions do not need and what could take unbounded memory: more than kMaxYamlBytes, more than
// 32 levels, aliases, several documents, a name that is defined twice in one map (CanonicalName: of
// two spellings protobuf would take the last, silently).
absl::StatusOr<YamlNode> ParseYaml(const std::string& yaml, YamlError* error);

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_COMMON_YAML_H_
