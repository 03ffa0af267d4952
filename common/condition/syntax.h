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

// A recursive descent parser of the grammar. It adds the tree to a builder, with macros expanded
// and names unresolved (resolve.h). The name of an identifier keeps its leading dot.
//
// Stops at the first error. Recursion is bounded by kMaxExpressionDepth, the tree by
// kMaxExpressionNodes. Single use.
class SyntaxParser {
 public:
  // `tokens` are those of the builder's text.
  SyntaxParser(std::vector<Token> tokens, ExpressionBuilder& builder);

  // Returns INVALID_ARGUMENT with the position of the first error.
  absl::Status Run();

 private:
  // A node, or nullopt after an error, which is in `error_`.
  using Parsed = std::optional<NodeId>;
  using Kind = Token::Kind;

  Parsed ParseExpression();
  Parsed ParseConditional();
  // Parses operators whose precedence is at least `strength`.
  Parsed ParseBinary(int strength);
  Parsed ParseTerms(NodeId first, int strength);
  Parsed ParseUnary();
  // Whether a minus and a number follow. The minus is part of the literal, since without it the
  // least integer would be out of range.
  bool NextIsNegativeNumber() const;
  Parsed ParseMember();
  Parsed ParsePrimary();
  Parsed ParseName();
  // Parses a number with its minus, if there is one.
  Parsed ParseNumber();
  Parsed ParseText(const Token& token);
  Parsed ParseList();
  Parsed ParseMap();
  Parsed ParseSelection(NodeId operand);
  Parsed ParseIndex(NodeId operand);
  // Parses the arguments and the closing parenthesis.
  Parsed ParseCall(std::optional<NodeId> target, const Token& name, absl::string_view called);
  // Parses expressions separated by commas, up to but not including a token of kind `end`.
  // `may_end_in_comma`: true for lists, false for calls.
  std::optional<std::vector<NodeId>> ParseElements(Kind end, bool may_end_in_comma);

  // `source` is that of the call. The first of `arguments` is the target, if the macro has one.
  Parsed ExpandMacro(const MacroSignature& macro, SourceRange source,
                     absl::Span<const NodeId> arguments);

  // Takes a token of that kind. Otherwise fails with "expected `expected`" and returns false.
  bool Expect(Kind kind, absl::string_view expected);

  // The range from the beginning of `first` to the end of the last token taken.
  SourceRange From(NodeId first) const;
  SourceRange From(const Token& first) const;

  Parsed Add(const Node& node, std::initializer_list<NodeId> children);
  Parsed Add(const Node& node, absl::Span<const NodeId> children);
  Parsed AddLiteral(Value value, SourceRange source);
  Parsed AddOperator(Function function, SourceRange source, std::initializer_list<NodeId> operands);

  std::nullopt_t Fail(size_t offset, absl::string_view message);
  // Fails with "expected X, got Y", where Y is the next token.
  std::nullopt_t FailExpecting(absl::string_view expected);
  std::nullopt_t FailTooDeep(size_t offset);

  TokenCursor tokens_;
  ExpressionBuilder& builder_;
  int nesting_ = 0;
  absl::Status error_;
};

}  // namespace cache_invalidation::condition

#endif  // CACHE_INVALIDATION_COMMON_CONDITION_SYNTAX_H_
