// SPDX-License-Identifier: Apache-2.0

#include "common/condition/expression.h"

#include <iterator>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/condition/messages.h"
#include "common/condition/texts.h"

namespace cache_invalidation::condition {
namespace {

using Macro = Node::Macro;

constexpr MacroSignature kMacros[] = {
    {"has", "has(x.field)", false, 1, Macro::kAll},
    {"all", "x.all(name, condition)", true, 2, Macro::kAll},
    {"exists", "x.exists(name, condition)", true, 2, Macro::kExists},
    {"exists_one", "x.exists_one(name, condition)", true, 2, Macro::kExistsOne},
    {"existsOne", "x.existsOne(name, condition)", true, 2, Macro::kExistsOne},
    {"filter", "x.filter(name, condition)", true, 2, Macro::kFilter},
    {"map", "x.map(name, value)", true, 2, Macro::kMap},
    {"map", "x.map(name, condition, value)", true, 3, Macro::kMapFilter},
};

absl::StatusOr<Expansion> ExpandHas(SourceRange source, NodeId argument,
                                    const Expression& expression) {
  Node node = expression.node(argument);
  if (node.kind != Node::Kind::kSelect) {
    return ErrorAt(expression.text(), node.source.begin,
                   "expected a field selection, as in `has(x.field)`");
  }
  node.kind = Node::Kind::kHas;
  node.source = source;
  return Expansion{node, {node.children.begin(), node.children.end()}};
}

}  // namespace

Expression::Expression(absl::string_view text) : text_(text) {}

Expression::~Expression() = default;

absl::string_view Expression::TextOf(NodeId id) const {
  const SourceRange source = nodes_[id].source;
  return absl::string_view(text_).substr(source.begin, source.end - source.begin);
}

// The constructor is private, so not make_unique.
ExpressionBuilder::ExpressionBuilder(absl::string_view text) : expression_(new Expression(text)) {}

const Regex* ExpressionBuilder::Keep(std::unique_ptr<const Regex> regex) {
  return expression_->regexes_.emplace_back(std::move(regex)).get();
}

NodeId ExpressionBuilder::Add(Node node, absl::Span<const NodeId> children) {
  int depth = 0;
  for (const NodeId child : children) depth = std::max(depth, depths_[child]);
  depths_.push_back(depth + 1);
  if (!children.empty()) {
    node.children = expression_->children_.emplace_back(children.begin(), children.end());
  }
  expression_->nodes_.push_back(node);
  return static_cast<NodeId>(expression_->nodes_.size() - 1);
}

absl::Span<const MacroSignature> Macros() { return kMacros; }

const MacroSignature* FindMacro(absl::string_view name, bool has_target, size_t arguments) {
  const auto* found =
      std::find_if(std::begin(kMacros), std::end(kMacros), [&](const MacroSignature& macro) {
        return macro.name == name && macro.has_target == has_target && macro.arguments == arguments;
      });
  return found == std::end(kMacros) ? nullptr : found;
}

absl::StatusOr<Expansion> Expand(const MacroSignature& macro, SourceRange source,
                                 absl::Span<const NodeId> arguments, const Expression& expression) {
  if (!macro.has_target) return ExpandHas(source, arguments[0], expression);
  const Node& variable = expression.node(arguments[1]);
  if (variable.kind != Node::Kind::kIdentifier || absl::StartsWith(variable.name, ".")) {
    return ErrorAt(expression.text(), variable.source.begin,
                   absl::StrCat("expected the name of a variable, as in `", macro.form, "`"));
  }
  Expansion expansion;
  expansion.node.kind = Node::Kind::kComprehension;
  expansion.node.source = source;
  expansion.node.macro = macro.macro;
  expansion.node.name = variable.name;
  expansion.children.assign(arguments.begin(), arguments.end());
  expansion.children.erase(expansion.children.begin() + 1);
  return expansion;
}

}  // namespace cache_invalidation::condition
