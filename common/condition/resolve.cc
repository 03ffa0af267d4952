#include "common/condition/resolve.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace cache_invalidation::condition {
namespace {

// The names of types are values, unless a variable has the same name.
constexpr Value::Kind kNamedKinds[] = {
    Value::Kind::kNull,   Value::Kind::kBool,      Value::Kind::kInt,      Value::Kind::kUint,
    Value::Kind::kDouble, Value::Kind::kString,    Value::Kind::kBytes,    Value::Kind::kList,
    Value::Kind::kMap,    Value::Kind::kTimestamp, Value::Kind::kDuration, Value::Kind::kType,
};

std::optional<Value::Kind> FindType(absl::string_view name) {
  const auto* found = std::find_if(std::begin(kNamedKinds), std::end(kNamedKinds),
                                   [&](Value::Kind kind) { return TypeName(kind) == name; });
  if (found == std::end(kNamedKinds)) return std::nullopt;
  return *found;
}

class Resolver {
 public:
  Resolver(const ParseOptions& options, ExpressionBuilder& builder)
      : options_(options), builder_(builder) {}

  void Visit(NodeId id) {
    const Node& node = builder_.node(id);
    if (IsQualified(node)) {
      ResolveQualified(id);
    } else if (node.kind == Node::Kind::kComprehension) {
      VisitComprehension(id);
    } else {
      for (const NodeId child : node.children) Visit(child);
    }
  }

 private:
  // Whether the node is a name, or a chain of selections from a name.
  bool IsQualified(const Node& node) const {
    if (node.kind == Node::Kind::kIdentifier) return true;
    if (node.kind != Node::Kind::kSelect) return false;
    const Node& operand = builder_.node(node.children[0]);
    return IsQualified(operand) && !IsParenthesized(operand);
  }

  // Whether a name is in parentheses: it is then not part of a longer name. REQUIRES: the kind of
  // the node ends in a name.
  bool IsParenthesized(const Node& node) const {
    return builder_.text()[node.source.end - 1] == ')';
  }

  void VisitComprehension(NodeId id) {
    Node& node = builder_.node(id);
    Visit(node.children[0]);
    node.slot = static_cast<uint32_t>(bound_.size());
    bound_.push_back(node.name);
    builder_.UseComprehensionSlots(static_cast<uint32_t>(bound_.size()));
    for (const NodeId body : node.children.subspan(1)) Visit(body);
    bound_.pop_back();
  }

  // The node and the operands that it selects from, down to the name: the node first, the name
  // last.
  std::vector<NodeId> ChainOf(NodeId id) {
    std::vector<NodeId> chain = {id};
    while (builder_.node(chain.back()).kind == Node::Kind::kSelect) {
      chain.push_back(builder_.node(chain.back()).children[0]);
    }
    return chain;
  }

  void ResolveQualified(NodeId id) {
    const std::vector<NodeId> chain = ChainOf(id);
    Node& first = builder_.node(chain.back());
    const bool from_root = absl::ConsumePrefix(&first.name, ".");
    if (!from_root && ResolveBound(first)) return;
    std::string name;
    std::vector<std::string> prefixes;  // of the name, the shortest first
    for (auto part = chain.rbegin(); part != chain.rend(); ++part) {
      absl::StrAppend(&name, name.empty() ? "" : ".", builder_.node(*part).name);
      prefixes.push_back(name);
    }
    for (const NodeId part : chain) {
      if (ResolveDeclared(prefixes.back(), from_root, builder_.node(part))) return;
      prefixes.pop_back();
    }
  }

  bool ResolveBound(Node& node) const {
    const auto innermost = std::find(bound_.rbegin(), bound_.rend(), node.name);
    if (innermost == bound_.rend()) return false;
    node.scope = Node::Scope::kComprehension;
    node.slot = static_cast<uint32_t>(bound_.rend() - innermost - 1);
    return true;
  }

  // Looks up `name` in the container and its parents, the innermost first.
  bool ResolveDeclared(absl::string_view name, bool from_root, Node& node) {
    absl::string_view container;
    if (!from_root) container = options_.container;
    for (;;) {
      const std::string candidate = absl::StrCat(container, container.empty() ? "" : ".", name);
      if (Declare(candidate, node)) return true;
      if (container.empty()) return false;
      const size_t dot = container.rfind('.');
      container = container.substr(0, dot == absl::string_view::npos ? 0 : dot);
    }
  }

  // Resolves `node` to the variable or type named `candidate`. Returns false if there is none.
  bool Declare(const std::string& candidate, Node& node) {
    const auto& variables = options_.variables;
    const auto variable = std::find(variables.begin(), variables.end(), candidate);
    const std::optional<Value::Kind> type = FindType(candidate);
    if (variable != variables.end()) {
      node.kind = Node::Kind::kIdentifier;
      node.name = builder_.Keep(candidate);
      node.scope = Node::Scope::kVariable;
      node.slot = static_cast<uint32_t>(variable - variables.begin());
    } else if (type) {
      node.kind = Node::Kind::kLiteral;
      node.literal = Value::Type(*type);
    } else {
      return false;
    }
    node.children = {};
    return true;
  }

  const ParseOptions& options_;
  ExpressionBuilder& builder_;
  std::vector<absl::string_view> bound_;  // by slot
};

}  // namespace

void ResolveNames(NodeId root, const ParseOptions& options, ExpressionBuilder& builder) {
  Resolver(options, builder).Visit(root);
}

}  // namespace cache_invalidation::condition
