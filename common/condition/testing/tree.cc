// SPDX-License-Identifier: Apache-2.0

#include "common/condition/testing/tree.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace cache_invalidation::condition {
namespace {

std::string PrintLiteral(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::kNull:
      return "null";
    case Value::Kind::kBool:
      return value.as_bool() ? "true" : "false";
    case Value::Kind::kInt:
      return absl::StrCat(value.as_int());
    case Value::Kind::kUint:
      return absl::StrCat(value.as_uint(), "u");
    case Value::Kind::kDouble:
      return absl::StrCat("double:", value.as_double());
    case Value::Kind::kString:
      return absl::StrCat("'", absl::CHexEscape(value.as_text()), "'");
    case Value::Kind::kBytes:
      return absl::StrCat("b'", absl::CHexEscape(value.as_text()), "'");
    case Value::Kind::kType:
      return absl::StrCat("type:", TypeName(value.as_type()));
    default:
      return "no literal";
  }
}

std::string PrintIdentifier(const Node& node) {
  switch (node.scope) {
    case Node::Scope::kVariable:
      return absl::StrCat("(variable ", node.slot, ")");
    case Node::Scope::kComprehension:
      return absl::StrCat("(bound ", node.slot, ")");
    default:
      return absl::StrCat("(undeclared ", node.name, ")");
  }
}

absl::string_view MacroName(Node::Macro macro) {
  constexpr absl::string_view kNames[] = {"all",    "exists", "exists_one",
                                          "filter", "map",    "map_filter"};
  return kNames[static_cast<int>(macro)];
}

// The part of a node before its children.
std::string Head(const Node& node) {
  switch (node.kind) {
    case Node::Kind::kSelect:
      return absl::StrCat("select ", node.name);
    case Node::Kind::kHas:
      return absl::StrCat("has ", node.name);
    case Node::Kind::kIndex:
      return "index";
    case Node::Kind::kList:
      return "list";
    case Node::Kind::kMap:
      return "map";
    case Node::Kind::kAnd:
      return "and";
    case Node::Kind::kOr:
      return "or";
    case Node::Kind::kConditional:
      return "if";
    case Node::Kind::kComprehension:
      return absl::StrCat(MacroName(node.macro), " ", node.slot);
    default:
      return absl::StrCat(node.has_target ? "." : "", node.name,
                          node.regex == nullptr ? "" : " compiled");
  }
}

std::string Print(const Expression& expression, NodeId id) {
  const Node& node = expression.node(id);
  if (node.kind == Node::Kind::kLiteral) return PrintLiteral(node.literal);
  if (node.kind == Node::Kind::kIdentifier) return PrintIdentifier(node);
  std::string printed = absl::StrCat("(", Head(node));
  for (const NodeId child : node.children) {
    absl::StrAppend(&printed, " ", Print(expression, child));
  }
  return absl::StrCat(printed, ")");
}

}  // namespace

std::string PrintTree(const Expression& expression) { return Print(expression, expression.root()); }

}  // namespace cache_invalidation::condition
