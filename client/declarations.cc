// SPDX-License-Identifier: Apache-2.0

#include "client/declarations.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "client/json.h"
#include "client/json_text/json_text.h"
#include "client/yaml_text/yaml_text.h"
#include "common/check.h"

namespace cache_invalidation::client {
namespace {

// The names of enum fields in files, and the prefixes of their values in the contract.
struct EnumName {
  absl::string_view name;
  absl::string_view prefix;
};
constexpr EnumName kEnums[] = {{"strategy", "INVALIDATION_STRATEGY_"},
                               {"cardinality", "CARDINALITY_"}};

// Turns triggerTags into `trigger_tags`.
std::string SnakeCase(absl::string_view name) {
  std::string out;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (absl::ascii_isupper(byte)) out += '_';
    out += absl::ascii_tolower(byte);
  }
  return out;
}

// Turns `batched` into INVALIDATION_STRATEGY_BATCHED, at every level.
void ExpandEnums(YamlNode& node) {
  for (YamlNode& child : node.children) ExpandEnums(child);
  for (const EnumName& known : kEnums) {
    if (node.name != known.name || node.kind != YamlNode::Kind::kScalar) continue;
    if (absl::StartsWith(node.text, known.prefix)) continue;
    node.text = absl::StrCat(known.prefix, absl::AsciiStrToUpper(node.text));
  }
}

// The reverse, and in snake_case.
void ShortenNames(JsonText& node) {
  for (JsonText& element : node.elements) ShortenNames(element);
  for (auto& [name, value] : node.members) {
    for (const EnumName& known : kEnums) {
      absl::string_view word = value.text;
      if (name == known.name && absl::ConsumePrefix(&word, known.prefix)) {
        value.text = absl::AsciiStrToLower(word);
      }
    }
    name = SnakeCase(name);
    ShortenNames(value);
  }
}

// Returns the line of the node at a path such as `relationships[0].cascade_depth`, or of its last
// ancestor that exists.
int LineAt(const YamlNode& node, absl::string_view path) {
  int line = node.line;
  const YamlNode* at = &node;
  for (absl::string_view step : absl::StrSplit(path, '.')) {
    const std::vector<absl::string_view> parts = absl::StrSplit(step, absl::ByAnyChar("[]"));
    const YamlNode* found = nullptr;
    for (const YamlNode& member : at->children) {
      if (CanonicalName(member.name) == CanonicalName(parts[0])) found = &member;
    }
    if (found == nullptr) return line;
    at = found;
    line = found->name_line;
    size_t index = 0;
    if (parts.size() > 1 && absl::SimpleAtoi(parts[1], &index) && index < at->children.size()) {
      at = &at->children[index];
      line = at->line;
    }
  }
  return line;
}

// Reads one kind of declarations. Returns what is wrong; nothing is if the message is empty.
template <typename Type>
DeclarationsError ReadList(const YamlNode& member,
                           absl::StatusOr<Type> (*read)(absl::string_view, JsonError*),
                           std::vector<Type>& out) {
  if (member.kind == YamlNode::Kind::kNull) return {};
  if (member.kind != YamlNode::Kind::kList) {
    return {member.name_line, absl::StrCat("expected a list of ", member.name)};
  }
  for (YamlNode element : member.children) {
    if (element.kind != YamlNode::Kind::kMap) {
      return {element.line, absl::StrCat("expected one of the ", member.name)};
    }
    ExpandEnums(element);
    JsonError error;
    absl::StatusOr<Type> value = read(YamlToJson(element), &error);
    if (!value.ok()) {
      return {LineAt(element, error.path),
              absl::StrCat(error.path, error.path.empty() ? "" : ": ", error.message)};
    }
    out.push_back(*std::move(value));
  }
  return {};
}

DeclarationsError Read(const YamlNode& root, Declarations& out) {
  if (root.kind == YamlNode::Kind::kNull) return {};
  if (root.kind != YamlNode::Kind::kMap) return {root.line, "expected rules or relationships"};
  for (const YamlNode& member : root.children) {
    DeclarationsError error;
    if (member.name == "rules") {
      error = ReadList(member, RuleFromJson, out.rules);
    } else if (member.name == "relationships") {
      error = ReadList(member, RelationshipFromJson, out.relationships);
    } else {
      error = {member.name_line, absl::StrCat(member.name, ": unknown name")};
    }
    if (!error.message.empty()) return error;
  }
  return {};
}

}  // namespace

absl::StatusOr<Declarations> ParseDeclarations(absl::string_view yaml, DeclarationsError* error) {
  YamlError malformed;
  const absl::StatusOr<YamlNode> root = ParseYaml(std::string(yaml), &malformed);
  Declarations declarations;
  DeclarationsError wrong = {malformed.line, malformed.message};
  if (root.ok()) wrong = Read(*root, declarations);
  if (wrong.message.empty()) return declarations;
  const std::string message = absl::StrCat("line ", wrong.line, ": ", wrong.message);
  if (error != nullptr) *error = std::move(wrong);
  return absl::InvalidArgumentError(message);
}

int LineOf(absl::string_view yaml, absl::string_view path) {
  YamlError malformed;
  const absl::StatusOr<YamlNode> root = ParseYaml(std::string(yaml), &malformed);
  // An empty text has no line.
  return root.ok() ? std::max(LineAt(*root, path), 1) : 1;
}

std::string ToJson(const Declarations& declarations) {
  std::string out = "{\"rules\":[";
  const auto append = [&out](const auto& list) {
    for (const auto& value : list) {
      absl::StrAppend(&out, &value == &list.front() ? "" : ",", ToJson(value, JsonFields::kSet));
    }
  };
  append(declarations.rules);
  out += "],\"relationships\":[";
  append(declarations.relationships);
  return out + "]}";
}

std::string ToYaml(const Declarations& declarations) {
  absl::StatusOr<JsonText> json = ParseJson(ToJson(declarations));
  Check(json.ok(), "ToJson writes JSON");
  ShortenNames(*json);
  return JsonToYaml(*json);
}

}  // namespace cache_invalidation::client
