// SPDX-License-Identifier: Apache-2.0

#include "client/yaml_text/yaml_text.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace cache_invalidation {
namespace {

// Whether the text needs no quotes: only letters, digits and a few safe characters.
bool IsPlain(const std::string& text) {
  constexpr absl::string_view kSafe =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./-";
  // Words that some YAML parser takes for a boolean or null.
  for (absl::string_view word : {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}) {
    if (absl::EqualsIgnoreCase(text, word)) return false;
  }
  return !text.empty() && absl::ascii_isalpha(static_cast<unsigned char>(text[0])) &&
         text.find_first_not_of(kSafe.data(), 0, kSafe.size()) == std::string::npos;
}

// Quotes as JSON does, which is also valid YAML.
std::string Scalar(const JsonText& json) {
  switch (json.kind) {
    case JsonText::Kind::kNull:
      return "null";
    case JsonText::Kind::kString:
      return IsPlain(json.text) ? json.text : QuoteJson(json.text);
    case JsonText::Kind::kList:
      return "[]";
    case JsonText::Kind::kObject:
      return "{}";
    default:
      return json.text;
  }
}

bool IsBlock(const JsonText& json) { return !json.elements.empty() || !json.members.empty(); }

// Writes the lines of a list or object. The first line continues the last line of `out`.
void WriteBlock(const JsonText& json, size_t indent, std::string& out) {
  const std::string margin(indent, ' ');
  bool first = true;
  const auto begin_line = [&] {
    if (!first) out += margin;
    first = false;
  };
  for (const JsonText& element : json.elements) {
    begin_line();
    out += "- ";
    if (IsBlock(element)) {
      WriteBlock(element, indent + 2, out);
    } else {
      absl::StrAppend(&out, Scalar(element), "\n");
    }
  }
  for (const auto& [name, value] : json.members) {
    begin_line();
    absl::StrAppend(&out, IsPlain(name) ? name : QuoteJson(name), ":");
    if (IsBlock(value)) {
      absl::StrAppend(&out, "\n", margin, "  ");
      WriteBlock(value, indent + 2, out);
    } else {
      absl::StrAppend(&out, " ", Scalar(value), "\n");
    }
  }
}

}  // namespace

std::string YamlToJson(const YamlNode& node) {
  std::string out;
  switch (node.kind) {
    case YamlNode::Kind::kNull:
      return "null";
    case YamlNode::Kind::kScalar: {
      if (node.quoted) return QuoteJson(node.text);
      if (node.text == "~" || node.text.empty()) return "null";
      // Numbers and booleans, which JSON writes without quotes.
      const absl::StatusOr<JsonText> value = ParseJson(node.text);
      const bool bare = value.ok() && value->kind != JsonText::Kind::kString &&
                        value->elements.empty() && value->members.empty();
      return bare ? node.text : QuoteJson(node.text);
    }
    case YamlNode::Kind::kList:
      for (const YamlNode& element : node.children) {
        absl::StrAppend(&out, out.empty() ? "[" : ",", YamlToJson(element));
      }
      return out.empty() ? "[]" : out + "]";
    case YamlNode::Kind::kMap:
      for (const YamlNode& member : node.children) {
        absl::StrAppend(&out, out.empty() ? "{" : ",", QuoteJson(member.name), ":",
                        YamlToJson(member));
      }
      return out.empty() ? "{}" : out + "}";
  }
  return "null";
}

std::string JsonToYaml(absl::string_view json) {
  const absl::StatusOr<JsonText> value = ParseJson(json);
  return value.ok() ? JsonToYaml(*value) : std::string(json);  // JSON is also YAML
}

std::string JsonToYaml(const JsonText& json) {
  if (!IsBlock(json)) return Scalar(json) + "\n";
  std::string out;
  WriteBlock(json, 0, out);
  return out;
}

}  // namespace cache_invalidation
