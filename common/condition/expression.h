// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_COMMON_CONDITION_EXPRESSION_H_
#define CACHE_INVALIDATION_COMMON_CONDITION_EXPRESSION_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/condition/function.h"
#include "common/condition/value.h"

namespace cache_invalidation::condition {

class Regex;

// The index of a node in its expression.
using NodeId = uint32_t;

// Bytes of a text, from `begin` up to but not including `end`.
struct SourceRange {
  uint32_t begin = 0;
  uint32_t end = 0;

  bool operator==(const SourceRange&) const = default;
};

// A node of the syntax tree. The kind determines which fields are used and what the children are.
// Names are resolved as far as they are declared.
struct Node {
  enum class Kind : uint8_t {
    kLiteral,        // `literal`; the name of a type (`int`) is one of kind kType
    kIdentifier,     // `name`, `scope`, `slot`
    kSelect,         // operand `.name`
    kHas,            // has(operand.name)
    kIndex,          // operand [ index ]
    kCall,           // `function`, `name`; arguments, the target first if `has_target`
    kList,           // elements
    kMap,            // key, value, key, value ...
    kAnd,            // two or more terms: `a && b && c` is one node
    kOr,             // as kAnd
    kConditional,    // condition, value if true, value if false
    kComprehension,  // `macro`, `name` and `slot` of its variable; see Macro
  };

  // Where the value of an identifier comes from.
  enum class Scope : uint8_t {
    kUndeclared,     // not declared: evaluating it is an error
    kVariable,       // `slot` is the index into ParseOptions::variables
    kComprehension,  // `slot` is that of the enclosing comprehension that binds the name
  };

  // The children of a comprehension: the range, then what is evaluated for each element of it. If
  // the range is a map, its keys are the elements.
  enum class Macro : uint8_t {
    kAll,        // range, predicate
    kExists,     // range, predicate
    kExistsOne,  // range, predicate
    kFilter,     // range, predicate
    kMap,        // range, value
    kMapFilter,  // range, predicate, value: `range.map(x, predicate, value)`
  };

  Kind kind = Kind::kLiteral;
  Function function = Function::kUnknown;
  bool has_target = false;
  Scope scope = Scope::kUndeclared;
  Macro macro = Macro::kAll;
  uint32_t slot = 0;
  SourceRange source;
  Value literal;
  // Of a field, a variable or a function ("size", "+"). Qualified names are kept whole: "a.b".
  absl::string_view name;
  absl::Span<const NodeId> children;
  // The compiled pattern of a call of `matches`, if it is a literal that compiles. Otherwise null.
  const Regex* regex = nullptr;
};

// A parsed condition: the nodes of its tree in one vector, and the text that they came from.
//
// Children precede their parents. The variables of comprehensions have the slots 0 to
// comprehension_slots() - 1. A comprehension nested in the body of another has a slot of its own;
// two that are not nested may share one.
//
// Immutable and thread-safe once parsed (parser.h). Nodes and the texts of literals live as long as
// the expression.
class Expression {
 public:
  ~Expression();
  Expression(const Expression&) = delete;
  Expression& operator=(const Expression&) = delete;

  const std::string& text() const { return text_; }
  // The part of the text that a node came from, enclosing parentheses included.
  absl::string_view TextOf(NodeId id) const;

  NodeId root() const { return static_cast<NodeId>(nodes_.size() - 1); }
  const Node& node(NodeId id) const { return nodes_[id]; }
  // The number of nodes.
  size_t size() const { return nodes_.size(); }

  uint32_t comprehension_slots() const { return comprehension_slots_; }

 private:
  friend class ExpressionBuilder;
  explicit Expression(absl::string_view text);

  std::string text_;
  std::vector<Node> nodes_;
  // Nodes point into these; their elements never move.
  std::deque<std::vector<NodeId>> children_;
  std::deque<std::string> texts_;
  std::vector<std::unique_ptr<const Regex>> regexes_;
  uint32_t comprehension_slots_ = 0;
};

// Builds an expression node by node, children first. The last node added is the root.
//
// Thread-compatible.
class ExpressionBuilder {
 public:
  explicit ExpressionBuilder(absl::string_view text);

  // The text of the expression, in the expression's own storage.
  absl::string_view text() const { return expression_->text_; }

  // `node.children` is replaced by `children`.
  NodeId Add(Node node, absl::Span<const NodeId> children);

  // A node added before. Its children must not be changed.
  Node& node(NodeId id) { return expression_->nodes_[id]; }
  const Expression& expression() const { return *expression_; }

  // The depth of the tree below a node, the node included.
  int DepthOf(NodeId id) const { return depths_[id]; }

  // Keep what nodes refer to alive as long as the expression.
  absl::string_view Keep(std::string text) {
    return expression_->texts_.emplace_back(std::move(text));
  }
  const Regex* Keep(std::unique_ptr<const Regex> regex);

  // Records that the slots 0 to `slots` - 1 are used.
  void UseComprehensionSlots(uint32_t slots) {
    expression_->comprehension_slots_ = std::max(expression_->comprehension_slots_, slots);
  }

  // REQUIRES: a node was added. The builder is empty afterwards.
  std::shared_ptr<const Expression> Finish() { return std::move(expression_); }

 private:
  std::unique_ptr<Expression> expression_;
  std::vector<int> depths_;  // by node
};

// A macro is written like a call, and becomes a node of its own kind when the text is parsed.
struct MacroSignature {
  absl::string_view name;
  // How to write it, for messages: "x.all(name, condition)".
  absl::string_view form;
  bool has_target;
  uint8_t arguments;
  Node::Macro macro;  // unused for has(), which is not a comprehension
};

// All macros, including both forms of map.
absl::Span<const MacroSignature> Macros();

// Returns the macro that such a call denotes; null for an ordinary call. `arguments` does not count
// the target.
const MacroSignature* FindMacro(absl::string_view name, bool has_target, size_t arguments);

// The expansion of a macro: a node and its children.
struct Expansion {
  Node node;
  std::vector<NodeId> children;
};

// `source` is that of the whole call. `arguments` are nodes of `expression` with unresolved names:
// the target, if the macro has one, then the arguments in parentheses.
//
// Returns INVALID_ARGUMENT with the position if an argument is not what the macro requires: the
// name of a variable or a field selection.
absl::StatusOr<Expansion> Expand(const MacroSignature& macro, SourceRange source,
                                 absl::Span<const NodeId> arguments, const Expression& expression);

}  // namespace cache_invalidation::condition

#endif  // CACHE_INVALIDATION_COMMON_CONDITION_EXPRESSION_H_
