#include "client/cachectl/definitions.h"

#include <fstream>
#include <iterator>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "client/cachectl/yaml.h"
#include "client/json.h"

namespace cache_invalidation::cachectl {
namespace {

using client::DataRelationship;
using client::InvalidationRule;
using client::JsonError;

// The names of enum fields in files, and the prefixes of their values in the contract.
struct EnumName {
  absl::string_view name;
  absl::string_view prefix;
};
constexpr EnumName kEnums[] = {{"strategy", "INVALIDATION_STRATEGY_"},
                               {"cardinality", "CARDINALITY_"}};

// Turns `batched` into INVALIDATION_STRATEGY_BATCHED, at every level.
void ExpandEnums(YamlNode& node) {
  for (YamlNode& child : node.children) ExpandEnums(child);
  for (const EnumName& known : kEnums) {
    if (node.name != known.name || node.kind != YamlNode::Kind::kScalar) continue;
    if (absl::StartsWith(node.text, known.prefix)) continue;
    node.text = absl::StrCat(known.prefix, absl::AsciiStrToUpper(node.text));
  }
}

// Maps both of protobuf's spellings of a name (snake_case, camelCase) to one.
std::string Canonical(absl::string_view name) {
  return absl::AsciiStrToLower(absl::StrReplaceAll(name, {{"_", ""}}));
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
      if (Canonical(member.name) == Canonical(parts[0])) found = &member;
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

absl::Status Wrong(const std::string& file, int line, absl::string_view message) {
  return absl::InvalidArgumentError(absl::StrCat(file, ":", line, ": ", message));
}

template <typename Type>
absl::Status ReadList(const std::string& file, const YamlNode& member,
                      absl::StatusOr<Type> (*read)(absl::string_view, JsonError*),
                      std::vector<Defined<Type>>& out) {
  if (member.kind == YamlNode::Kind::kNull) return absl::OkStatus();
  if (member.kind != YamlNode::Kind::kList) {
    return Wrong(file, member.name_line, absl::StrCat("expected a list of ", member.name));
  }
  for (YamlNode element : member.children) {
    if (element.kind != YamlNode::Kind::kMap) {
      return Wrong(file, element.line, absl::StrCat("expected one of the ", member.name));
    }
    ExpandEnums(element);
    JsonError error;
    absl::StatusOr<Type> value = read(YamlToJson(element), &error);
    if (!value.ok()) {
      return Wrong(file, LineAt(element, error.path),
                   absl::StrCat(error.path, error.path.empty() ? "" : ": ", error.message));
    }
    out.push_back({*std::move(value), element.line});
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Definitions> ParseDefinitions(const std::string& file, const std::string& yaml) {
  YamlError error;
  const absl::StatusOr<YamlNode> root = ParseYaml(yaml, &error);
  if (!root.ok()) return Wrong(file, error.line, error.message);
  Definitions out;
  if (root->kind == YamlNode::Kind::kNull) return out;
  if (root->kind != YamlNode::Kind::kMap) {
    return Wrong(file, root->line, "expected rules or relationships");
  }
  for (const YamlNode& member : root->children) {
    absl::Status status;
    if (member.name == "rules") {
      status = ReadList(file, member, client::RuleFromJson, out.rules);
    } else if (member.name == "relationships") {
      status = ReadList(file, member, client::RelationshipFromJson, out.relationships);
    } else {
      status = Wrong(file, member.name_line, absl::StrCat(member.name, ": unknown name"));
    }
    if (!status.ok()) return status;
  }
  return out;
}

absl::StatusOr<Definitions> ReadDefinitions(const std::string& file, std::istream& standard_input) {
  std::ifstream opened;
  std::istream* stream = &standard_input;
  if (file != "-") {
    opened.open(file, std::ios::binary);
    if (!opened) return absl::UnknownError(absl::StrCat("cannot open ", file));
    stream = &opened;
  }
  const std::string content((std::istreambuf_iterator<char>(*stream)),
                            std::istreambuf_iterator<char>());
  if (stream->bad()) return absl::UnknownError(absl::StrCat("cannot read ", file));
  return ParseDefinitions(file, content);
}

std::string DefinitionsToJson(const std::vector<InvalidationRule>& rules,
                              const std::vector<DataRelationship>& relationships) {
  std::string out = "{\"rules\":[";
  const auto append = [&out](const auto& list) {
    for (const auto& value : list) {
      absl::StrAppend(&out, &value == &list.front() ? "" : ",",
                      client::ToJson(value, client::JsonFields::kSet));
    }
  };
  append(rules);
  out += "],\"relationships\":[";
  append(relationships);
  return out + "]}";
}

}  // namespace cache_invalidation::cachectl
