#ifndef CACHE_INVALIDATION_COMMON_CONDITION_SYNTAX_H_
#define CACHE_INVALIDATION_COMMON_CONDITION_SYNTAX_H_

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/condition/expression.h"
#include "common/condition/lexer.h"
#include "common/condition/macro.h"

namespace cache_invalidation::condition {

// The grammar of conditions, by recursive descent: adds the tree that tokens spell to a builder,
// with macros expanded and names still unresolved (resolve.h). The name of an identifier keeps its
// leading dot.
//
// Stops at the first error. Recursion is bounded by kMaxExpressionDepth, the tree by
// kMaxExpressionNodes. To be used once.
class SyntaxParser {
 public:
  // `tokens`: of the builder's text.
  SyntaxParser(std::vector<Token> tokens, ExpressionBuilder& builder);

  // INVALID_ARGUMENT with the position.
  absl::Status Run();

 private:
  // A node, or nothing after an error, which is in `error_` then.
  using Parsed = std::optional<NodeId>;
  using Kind = Token::Kind;

  Parsed ParseExpression();
  Parsed ParseConditional();
  // Operators that bind at least as strong as `strength`.
  Parsed ParseBinary(int strength);
  Parsed ParseTerms(NodeId first, int strength);
  Parsed ParseUnary();
  // A minus belongs to the number behind it: without it, the least integer would be out of range.
  bool NextIsNegativeNumber() const;
  Parsed ParseMember();
  Parsed ParsePrimary();
  Parsed ParseName();
  // With its minus, if there is one.
  Parsed ParseNumber();
  Parsed ParseText(const Token& token);
  Parsed ParseList();
  Parsed ParseMap();
  Parsed ParseSelection(NodeId operand);
  Parsed ParseIndex(NodeId operand);
  // Arguments up to and including the parenthesis that closes them.
  Parsed ParseCall(std::optional<NodeId> target, const Token& name, absl::string_view called);
  // Expressions with commas between them, up to but not including a token of kind `end`.
  // `may_end_in_comma`: as lists do, calls not.
  std::optional<std::vector<NodeId>> ParseElements(Kind end, bool may_end_in_comma);

  // `source` is that of the call, `arguments` have the range first, if the macro has one.
  Parsed ExpandMacro(const MacroSignature& macro, SourceRange source,
                     absl::Span<const NodeId> arguments);

  // Takes a token of that kind, or fails with `expected`.
  bool Expect(Kind kind, absl::string_view expected);

  // From the beginning of a node up to the end of the last token that was taken.
  SourceRange From(NodeId first) const;
  SourceRange From(const Token& first) const;

  Parsed Add(const Node& node, std::initializer_list<NodeId> children);
  Parsed Add(const Node& node, absl::Span<const NodeId> children);
  Parsed AddLiteral(Value value, SourceRange source);
  Parsed AddOperator(Function function, SourceRange source, std::initializer_list<NodeId> operands);

  std::nullopt_t Fail(size_t offset, absl::string_view message);
  // "expected X, got Y", with the next token as Y.
  std::nullopt_t FailExpecting(absl::string_view expected);
  std::nullopt_t FailTooDeep(size_t offset);

  TokenCursor tokens_;
  ExpressionBuilder& builder_;
  int nesting_ = 0;
  absl::Status error_;
};

}  // namespace cache_invalidation::condition

#endif  // CACHE_INVALIDATION_COMMON_CONDITION_SYNTAX_H_
