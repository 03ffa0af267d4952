// SPDX-License-Identifier: Apache-2.0

#include "common/condition/parser.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "absl/types/span.h"
#include "common/condition/expression.h"
#include "common/condition/function.h"
#include "common/condition/messages.h"

namespace cache_invalidation::condition {
namespace {

// The names of types are values, unless a variable has the same name.
std::optional<Value::Kind> FindType(absl::string_view name) {
  for (uint8_t at = 0; at < static_cast<uint8_t>(Value::Kind::kError); ++at) {
    const auto kind = static_cast<Value::Kind>(at);
    if (TypeName(kind) == name) return kind;
  }
  return std::nullopt;
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

// The known names are listed in a message if there are at most this many and none is close.
constexpr size_t kMostNamesListed = 10;

void AppendQuoted(std::string* out, absl::string_view name) {
  absl::StrAppend(out, "`", name, "`");
}

// Returns every way to call `name`, macros included: "`size(x)` or `x.size()`".
std::string WaysToCall(absl::string_view name) {
  constexpr absl::string_view kArguments[] = {"x", "y"};
  std::vector<std::string> ways;
  for (const Signature& signature : Signatures()) {
    if (signature.name != name) continue;
    const auto arguments = absl::MakeConstSpan(kArguments).subspan(signature.has_target ? 1 : 0);
    for (size_t count = signature.min_arguments; count <= signature.max_arguments; ++count) {
      ways.push_back(absl::StrCat(signature.has_target ? "x." : "", name, "(",
                                  absl::StrJoin(arguments.subspan(0, count), ", "), ")"));
    }
  }
  for (const MacroSignature& macro : Macros()) {
    if (macro.name == name) ways.emplace_back(macro.form);
  }
  return absl::StrJoin(ways, " or ",
                       [](std::string* out, const std::string& way) { AppendQuoted(out, way); });
}

bool IsNameByte(char byte) {
  return absl::ascii_isalnum(static_cast<unsigned char>(byte)) || byte == '_';
}

// For `to` in "context.reply-to", where the hyphen may be meant as a part of the name: returns how
// to write such a field, `context["reply-to"]`. Otherwise empty.
std::string HyphenatedField(absl::string_view text, SourceRange part) {
  size_t begin = part.begin;
  size_t end = part.end;
  while (begin > 0 && (IsNameByte(text[begin - 1]) || text[begin - 1] == '-')) --begin;
  while (end < text.size() && (IsNameByte(text[end]) || text[end] == '-')) ++end;
  if (begin == part.begin || begin == 0 || text[begin - 1] != '.') return "";
  size_t operand = begin - 1;
  while (operand > 0 && (IsNameByte(text[operand - 1]) || text[operand - 1] == '.')) --operand;
  return absl::StrCat(text.substr(operand, begin - 1 - operand), "[\"",
                      text.substr(begin, end - begin), "\"]");
}

std::vector<absl::string_view> CallableNames() {
  std::vector<absl::string_view> names;
  for (const Signature& signature : Signatures()) names.push_back(signature.name);
  for (const MacroSignature& macro : Macros()) names.push_back(macro.name);
  return names;
}

class Checker {
 public:
  Checker(const Expression& expression, const ParseOptions& options)
      : expression_(expression), options_(options) {}

  absl::Status Check(NodeId id) {
    const Node& node = expression_.node(id);
    if (node.kind == Node::Kind::kComprehension) return CheckComprehension(node);
    if (node.kind == Node::Kind::kIdentifier) return CheckIdentifier(node);
    absl::Span<const NodeId> children = node.children;
    if (node.kind == Node::Kind::kCall) {
      // The target first: it precedes the name of the function in the text.
      if (node.has_target) {
        if (absl::Status target = Check(children[0]); !target.ok()) return target;
        children.remove_prefix(1);
      }
      if (absl::Status call = CheckCall(node); !call.ok()) return call;
    }
    return CheckAll(children);
  }

 private:
  absl::Status CheckAll(absl::Span<const NodeId> nodes) {
    for (const NodeId id : nodes) {
      if (absl::Status status = Check(id); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

  absl::Status CheckComprehension(const Node& node) {
    if (absl::Status range = Check(node.children[0]); !range.ok()) return range;
    bound_.push_back(node.name);
    absl::Status body = CheckAll(node.children.subspan(1));
    bound_.pop_back();
    return body;
  }

  absl::Status CheckIdentifier(const Node& node) const {
    if (node.scope != Node::Scope::kUndeclared) return absl::OkStatus();
    std::vector<absl::string_view> known(bound_.rbegin(), bound_.rend());
    known.insert(known.end(), options_.variables.begin(), options_.variables.end());
    std::string message = absl::StrCat("unknown name ", Quoted(node.name));
    if (const std::string field = HyphenatedField(expression_.text(), node.source);
        !field.empty()) {
      absl::StrAppend(&message, "; a field with a hyphen is written ");
      AppendQuoted(&message, field);
    } else if (const absl::string_view closest = ClosestName(node.name, known); !closest.empty()) {
      absl::StrAppend(&message, "; did you mean `", closest, "`?");
    } else if (!known.empty() && known.size() <= kMostNamesListed) {
      absl::StrAppend(&message, "; known names are ", absl::StrJoin(known, ", ", AppendQuoted));
    }
    return Error(node, message);
  }

  absl::Status CheckCall(const Node& node) const {
    const size_t arguments = node.children.size() - (node.has_target ? 1 : 0);
    if (IsCallable(node.function, node.has_target, arguments)) return absl::OkStatus();
    const std::string ways = WaysToCall(node.name);
    if (!ways.empty()) {
      return Error(node, absl::StrCat("expected a call of the form ", ways, ", got ", arguments,
                                      arguments == 1 ? " argument" : " arguments",
                                      node.has_target ? " and a target" : ""));
    }
    std::string message = absl::StrCat("unknown function ", Quoted(node.name));
    if (const auto closest = ClosestName(node.name, CallableNames()); !closest.empty()) {
      absl::StrAppend(&message, "; did you mean `", closest, "`?");
    }
    return Error(node, message);
  }

  // The position is that of the node's name.
  absl::Status Error(const Node& node, absl::string_view message) const {
    const bool has_name_in_text = node.kind == Node::Kind::kCall;
    const size_t offset =
        has_name_in_text ? node.name.data() - expression_.text().data() : node.source.begin;
    return ErrorAt(expression_.text(), offset, message);
  }

  const Expression& expression_;
  const ParseOptions& options_;
  std::vector<absl::string_view> bound_;  // the innermost last
};

}  // namespace

void ResolveNames(NodeId root, const ParseOptions& options, ExpressionBuilder& builder) {
  Resolver(options, builder).Visit(root);
}

absl::Status CheckNames(NodeId root, const Expression& expression, const ParseOptions& options) {
  return Checker(expression, options).Check(root);
}

}  // namespace cache_invalidation::condition
