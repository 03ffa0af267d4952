#ifndef CACHE_INVALIDATION_COMMON_CONDITION_EXPRESSION_H_
#define CACHE_INVALIDATION_COMMON_CONDITION_EXPRESSION_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/condition/function.h"
#include "common/condition/value.h"

namespace cache_invalidation::condition {

class Regex;

// A node of an expression, by its index in it.
using NodeId = uint32_t;

// Bytes of a text, from `begin` up to but not including `end`.
struct SourceRange {
  uint32_t begin = 0;
  uint32_t end = 0;

  bool operator==(const SourceRange&) const = default;
};

// A part of an expression. Which fields mean something, and what the children are, depends on the
// kind; everything that a name can be resolved to is resolved.
struct Node {
  enum class Kind : uint8_t {
    kLiteral,        // `literal`; also the name of a type (`int`), a value of kind kType
    kIdentifier,     // `name`, `scope`, `slot`
    kSelect,         // operand `.name`
    kHas,            // has(operand.name)
    kIndex,          // operand [ index ]
    kCall,           // `function`, `name`; arguments, the target first if `has_target`
    kList,           // elements
    kMap,            // key, value, key, value ...
    kAnd,            // two or more terms: `a && b && c` is one node
    kOr,             // as kAnd
    kConditional,    // condition, value if it holds, value if not
    kComprehension,  // `macro`, `name` and `slot` of its variable; see Macro
  };

  // Where the value of an identifier comes from.
  enum class Scope : uint8_t {
    kUndeclared,     // nowhere: evaluating it is an error
    kVariable,       // `slot` is the index into ParseOptions::variables
    kComprehension,  // `slot` is that of the comprehension around it that binds the name
  };

  // The children of a comprehension: the range, then what is evaluated with each element (key, if
  // the range is a map) in the variable.
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
  // A field, a variable, a function ("size", "+"); the whole of a qualified name: "a.b".
  absl::string_view name;
  absl::Span<const NodeId> children;
  // Of a call of `matches` with a literal pattern that compiles: compiled. Otherwise null.
  const Regex* regex = nullptr;
};

// A parsed condition: a tree of nodes in one block, with the text that they came from.
//
// Children stand before their parents. What comprehensions bind goes into slots 0 to
// comprehension_slots() - 1; a comprehension within the body of another has a slot of its own, two
// side by side may share one.
//
// Immutable and thread-safe once parsed (parser.h). Nodes, and the texts of literals, live as long
// as the expression.
class Expression {
 public:
  ~Expression();
  Expression(const Expression&) = delete;
  Expression& operator=(const Expression&) = delete;

  const std::string& text() const { return text_; }
  // The part of the text that a node came from, parentheses around it included.
  absl::string_view TextOf(NodeId id) const;

  NodeId root() const { return static_cast<NodeId>(nodes_.size() - 1); }
  const Node& node(NodeId id) const { return nodes_[id]; }
  // Nodes.
  size_t size() const { return nodes_.size(); }

  uint32_t comprehension_slots() const { return comprehension_slots_; }

 private:
  friend class ExpressionBuilder;
  explicit Expression(absl::string_view text);

  std::string text_;
  std::vector<Node> nodes_;
  // What nodes point to: never moved once there.
  std::deque<std::vector<NodeId>> children_;
  std::deque<std::string> texts_;
  std::vector<std::unique_ptr<const Regex>> regexes_;
  uint32_t comprehension_slots_ = 0;
};

// Makes an expression node by node, children first. The node added last is the root.
//
// Thread-compatible.
class ExpressionBuilder {
 public:
  explicit ExpressionBuilder(absl::string_view text);

  // The text of the expression, in the expression's own storage.
  absl::string_view text() const { return expression_->text_; }

  // `node.children` is replaced by `children`.
  NodeId Add(Node node, absl::Span<const NodeId> children);

  // A node already added; its children stay what they are.
  Node& node(NodeId id) { return expression_->nodes_[id]; }
  const Expression& expression() const { return *expression_; }

  // How deep the tree below a node is, itself included.
  int DepthOf(NodeId id) const { return depths_[id]; }

  // Keeps what nodes refer to as long as the expression.
  absl::string_view Keep(std::string text);
  const Regex* Keep(std::unique_ptr<const Regex> regex);

  // The slots 0 to `slots` - 1 are in use.
  void UseComprehensionSlots(uint32_t slots);

  // REQUIRES: a node was added. The builder is empty afterwards.
  std::shared_ptr<const Expression> Finish();

 private:
  std::unique_ptr<Expression> expression_;
  std::vector<int> depths_;  // by node
};

}  // namespace cache_invalidation::condition

#endif  // CACHE_INVALIDATION_COMMON_CONDITION_EXPRESSION_H_
