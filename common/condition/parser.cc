// SPDX-License-Identifier: Apache-2.0

#include "common/condition/parser.h"

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "common/condition/lexer.h"
#include "common/condition/limits.h"
#include "common/condition/messages.h"
#include "common/limits.h"
#include "common/names.h"

namespace cache_invalidation::condition {
namespace {

absl::Status CheckUtf8(absl::string_view text) {
  for (size_t at = 0; at < text.size();) {
    const size_t bytes = Utf8CharacterBytes(text.substr(at));
    if (bytes == 0) {
      return ErrorAt(text, at, absl::StrCat("expected UTF-8, got ", Quoted(text.substr(at, 1))));
    }
    at += bytes;
  }
  return absl::OkStatus();
}

// A hint for the operators of other languages.
absl::string_view OperatorMeantBy(absl::string_view word) {
  if (word == "and") return "; did you mean `&&`?";
  if (word == "or") return "; did you mean `||`?";
  return "";
}

// A recursive descent parser of the grammar. It adds the tree to a builder, with macros expanded
// and names unresolved (ResolveNames). The name of an identifier keeps its leading dot.
//
// Stops at the first error. Recursion is bounded by kMaxExpressionDepth, the tree by
// kMaxExpressionNodes. Single use.
class SyntaxParser {
 public:
  // `tokens` are those of the builder's text.
  SyntaxParser(std::vector<Token> tokens, ExpressionBuilder& builder)
      : tokens_(builder.text(), std::move(tokens)), builder_(builder) {}

  // Returns INVALID_ARGUMENT with the position of the first error.
  absl::Status Run() {
    if (ParseExpression() && !tokens_.NextIs(Kind::kEnd)) {
      FailExpecting("an operator or the end");
    }
    return error_;
  }

 private:
  // A node, or nullopt after an error, which is in `error_`.
  using Parsed = std::optional<NodeId>;
  using Kind = Token::Kind;

  Parsed ParseExpression() {
    if (nesting_ == kMaxExpressionDepth) return FailTooDeep(tokens_.Next().source.begin);
    ++nesting_;
    const Parsed parsed = ParseConditional();
    --nesting_;
    return parsed;
  }

  Parsed ParseConditional() {
    const Parsed condition = ParseBinary(kOrStrength);
    if (!condition || !tokens_.Accept(Kind::kQuestion)) return condition;
    const Parsed if_true = ParseBinary(kOrStrength);
    if (!if_true || !Expect(Kind::kColon, "`:` and the alternative value")) return std::nullopt;
    const Parsed if_false = ParseExpression();
    if (!if_false) return std::nullopt;
    Node node;
    node.kind = Node::Kind::kConditional;
    node.source = From(*condition);
    return Add(node, {*condition, *if_true, *if_false});
  }

  // Parses operators whose precedence is at least `strength`.
  Parsed ParseBinary(int strength) {
    Parsed left = ParseUnary();
    while (left) {
      const BinaryOperator* next = FindBinaryOperator(tokens_.Next().kind);
      if (next == nullptr || next->strength < strength) break;
      if (next->function == Function::kUnknown) {
        left = ParseTerms(*left, next->strength);
        continue;
      }
      tokens_.Take();
      const Parsed right = ParseBinary(next->strength + 1);
      if (!right) return std::nullopt;
      left = AddOperator(next->function, From(*left), {*left, *right});
    }
    return left;
  }

  Parsed ParseTerms(NodeId first, int strength) {
    const Kind separator = strength == kOrStrength ? Kind::kOr : Kind::kAnd;
    std::vector<NodeId> terms = {first};
    while (tokens_.Accept(separator)) {
      const Parsed term = ParseBinary(strength + 1);
      if (!term) return std::nullopt;
      terms.push_back(*term);
    }
    Node node;
    node.kind = strength == kOrStrength ? Node::Kind::kOr : Node::Kind::kAnd;
    node.source = From(first);
    return Add(node, terms);
  }

  Parsed ParseUnary() {
    // All of one kind: neither operator is defined for the result of the other.
    const Kind sign = tokens_.Next().kind;
    std::vector<Token> signs;
    if (sign == Kind::kNot || sign == Kind::kMinus) {
      while (tokens_.NextIs(sign) && !NextIsNegativeNumber()) signs.push_back(tokens_.Take());
    }
    Parsed operand = ParseMember();
    for (auto each = signs.rbegin(); operand && each != signs.rend(); ++each) {
      const Function function = sign == Kind::kNot ? Function::kNot : Function::kNegate;
      operand = AddOperator(function, From(*each), {*operand});
    }
    return operand;
  }

  // Whether a minus and a number follow. The minus is part of the literal, since without it the
  // least integer would be out of range.
  bool NextIsNegativeNumber() const {
    if (!tokens_.NextIs(Kind::kMinus)) return false;
    const Kind after = tokens_.AfterNext().kind;
    return after == Kind::kInt || after == Kind::kDouble;
  }

  Parsed ParseMember() {
    Parsed operand = NextIsNegativeNumber() ? ParseNumber() : ParsePrimary();
    while (operand) {
      if (tokens_.NextIs(Kind::kDot)) {
        operand = ParseSelection(*operand);
      } else if (tokens_.NextIs(Kind::kLeftBracket)) {
        operand = ParseIndex(*operand);
      } else if (tokens_.NextIs(Kind::kLeftBrace)) {
        return Fail(tokens_.Next().source.begin, "messages are not supported, use a list or a map");
      } else {
        break;
      }
    }
    return operand;
  }

  Parsed ParsePrimary() {
    const Token token = tokens_.Next();
    switch (token.kind) {
      case Kind::kLeftParenthesis: {
        tokens_.Take();
        const Parsed inner = ParseExpression();
        if (!inner || !Expect(Kind::kRightParenthesis, "an operator or `)`")) return std::nullopt;
        builder_.node(*inner).source = From(token);
        return inner;
      }
      case Kind::kLeftBracket:
        return ParseList();
      case Kind::kLeftBrace:
        return ParseMap();
      case Kind::kDot:
      case Kind::kName:
        return ParseName();
      case Kind::kInt:
      case Kind::kUint:
      case Kind::kDouble:
        return ParseNumber();
      case Kind::kString:
      case Kind::kBytes:
        return ParseText(tokens_.Take());
      case Kind::kTrue:
      case Kind::kFalse:
        return AddLiteral(Value::Bool(tokens_.Take().kind == Kind::kTrue), token.source);
      case Kind::kNull:
        return AddLiteral(Value(), tokens_.Take().source);
      case Kind::kReserved:
        return FailExpecting("a name that is not a reserved word");
      default:
        return FailExpecting("an expression");
    }
  }

  Parsed ParseName() {
    const Token first = tokens_.Next();
    const bool from_root = tokens_.Accept(Kind::kDot);
    if (!tokens_.NextIs(Kind::kName)) return FailExpecting("a name");
    const Token name = tokens_.Take();
    if (tokens_.NextIs(Kind::kLeftParenthesis)) {
      return ParseCall(std::nullopt, first, tokens_.TextOf(name));
    }
    Node node;
    node.kind = Node::Kind::kIdentifier;
    node.source = From(first);
    node.name = tokens_.TextOf(name);
    if (from_root) node.name = builder_.Keep(absl::StrCat(".", node.name));
    return Add(node, {});
  }

  // Parses a number with its minus, if there is one.
  Parsed ParseNumber() {
    const Token first = tokens_.Next();
    const bool negative = tokens_.Accept(Kind::kMinus);
    const absl::StatusOr<Value> value = NumberLiteral(builder_.text(), tokens_.Take(), negative);
    if (!value.ok()) {
      error_ = value.status();
      return std::nullopt;
    }
    return AddLiteral(*value, From(first));
  }

  Parsed ParseText(const Token& token) {
    absl::StatusOr<std::string> content = TextLiteral(builder_.text(), token);
    if (!content.ok()) {
      error_ = content.status();
      return std::nullopt;
    }
    const absl::string_view kept = builder_.Keep(*std::move(content));
    return AddLiteral(token.kind == Kind::kString ? Value::String(kept) : Value::Bytes(kept),
                      token.source);
  }

  Parsed ParseList() {
    const Token first = tokens_.Take();
    const auto elements = ParseElements(Kind::kRightBracket, true);
    if (!elements || !Expect(Kind::kRightBracket, "`,` or `]`")) return std::nullopt;
    Node node;
    node.kind = Node::Kind::kList;
    node.source = From(first);
    return Add(node, *elements);
  }

  Parsed ParseMap() {
    const Token first = tokens_.Take();
    std::vector<NodeId> entries;
    const bool is_lone_comma = tokens_.Accept(Kind::kComma);
    while (!is_lone_comma && !tokens_.NextIs(Kind::kRightBrace)) {
      const Parsed key = ParseExpression();
      if (!key || !Expect(Kind::kColon, "`:` and the value of the key")) return std::nullopt;
      const Parsed value = ParseExpression();
      if (!value) return std::nullopt;
      entries.insert(entries.end(), {*key, *value});
      if (entries.size() > 2 * kMaxLiteralElements) {
        return Fail(first.source.begin,
                    absl::StrCat("expected at most ", kMaxLiteralElements, " entries"));
      }
      if (!tokens_.Accept(Kind::kComma)) break;
    }
    if (!Expect(Kind::kRightBrace, "`,` or `}`")) return std::nullopt;
    Node node;
    node.kind = Node::Kind::kMap;
    node.source = From(first);
    return Add(node, entries);
  }

  Parsed ParseSelection(NodeId operand) {
    tokens_.Take();
    Node node;
    node.kind = Node::Kind::kSelect;
    if (tokens_.NextIs(Kind::kQuotedName)) {
      node.name = tokens_.TextOf(tokens_.Take());
      node.name = node.name.substr(1, node.name.size() - 2);
    } else if (tokens_.NextIs(Kind::kName) || tokens_.NextIs(Kind::kReserved)) {
      const Token name = tokens_.Take();
      node.name = tokens_.TextOf(name);
      if (tokens_.NextIs(Kind::kLeftParenthesis)) return ParseCall(operand, name, node.name);
    } else {
      return FailExpecting("the name of a field or function");
    }
    node.source = From(operand);
    return Add(node, {operand});
  }

  Parsed ParseIndex(NodeId operand) {
    tokens_.Take();
    const Parsed index = ParseExpression();
    if (!index || !Expect(Kind::kRightBracket, "an operator or `]`")) return std::nullopt;
    Node node;
    node.kind = Node::Kind::kIndex;
    node.source = From(operand);
    return Add(node, {operand, *index});
  }

  // Parses the arguments and the closing parenthesis.
  Parsed ParseCall(std::optional<NodeId> target, const Token& name, absl::string_view called) {
    tokens_.Take();
    std::optional<std::vector<NodeId>> arguments = ParseElements(Kind::kRightParenthesis, false);
    if (!arguments || !Expect(Kind::kRightParenthesis, "`,` or `)`")) return std::nullopt;
    const MacroSignature* macro = FindMacro(called, target.has_value(), arguments->size());
    if (target) arguments->insert(arguments->begin(), *target);
    const SourceRange source = target ? From(*target) : From(name);
    if (macro != nullptr) return ExpandMacro(*macro, source, *arguments);
    Node node;
    node.kind = Node::Kind::kCall;
    node.source = source;
    node.name = called;
    node.function = FindFunction(called);
    node.has_target = target.has_value();
    return Add(node, *arguments);
  }

  // Parses expressions separated by commas, up to but not including a token of kind `end`.
  // `may_end_in_comma`: true for lists, false for calls.
  std::optional<std::vector<NodeId>> ParseElements(Kind end, bool may_end_in_comma) {
    const size_t begin = tokens_.Next().source.begin;
    std::vector<NodeId> elements;
    // The grammar allows a trailing comma even in an empty list: `[,]`.
    if (may_end_in_comma && tokens_.Accept(Kind::kComma)) return elements;
    while (!tokens_.NextIs(end) || (!elements.empty() && !may_end_in_comma)) {
      const Parsed element = ParseExpression();
      if (!element) return std::nullopt;
      elements.push_back(*element);
      if (elements.size() > kMaxLiteralElements) {
        return Fail(begin, absl::StrCat("expected at most ", kMaxLiteralElements, " elements"));
      }
      if (!tokens_.Accept(Kind::kComma)) break;
    }
    return elements;
  }

  // `source` is that of the call. The first of `arguments` is the target, if the macro has one.
  Parsed ExpandMacro(const MacroSignature& macro, SourceRange source,
                     absl::Span<const NodeId> arguments) {
    const absl::StatusOr<Expansion> expansion =
        Expand(macro, source, arguments, builder_.expression());
    if (!expansion.ok()) {
      error_ = expansion.status();
      return std::nullopt;
    }
    return Add(expansion->node, expansion->children);
  }

  // Takes a token of that kind. Otherwise fails with "expected `expected`" and returns false.
  bool Expect(Kind kind, absl::string_view expected) {
    if (tokens_.Accept(kind)) return true;
    FailExpecting(expected);
    return false;
  }

  // The range from the beginning of `first` to the end of the last token taken.
  SourceRange From(NodeId first) const {
    return {builder_.expression().node(first).source.begin, tokens_.end_of_last()};
  }

  SourceRange From(const Token& first) const { return {first.source.begin, tokens_.end_of_last()}; }

  Parsed Add(const Node& node, std::initializer_list<NodeId> children) {
    return Add(node, absl::MakeConstSpan(children.begin(), children.size()));
  }

  Parsed Add(const Node& node, absl::Span<const NodeId> children) {
    const NodeId added = builder_.Add(node, children);
    if (builder_.DepthOf(added) > kMaxExpressionDepth) return FailTooDeep(node.source.begin);
    if (builder_.expression().size() > kMaxExpressionNodes) {
      return Fail(node.source.begin, absl::StrCat("expected at most ", kMaxExpressionNodes,
                                                  " names, values and operators"));
    }
    return added;
  }

  Parsed AddLiteral(Value value, SourceRange source) {
    Node node;
    node.literal = value;
    node.source = source;
    return Add(node, {});
  }

  Parsed AddOperator(Function function, SourceRange source,
                     std::initializer_list<NodeId> operands) {
    Node node;
    node.kind = Node::Kind::kCall;
    node.function = function;
    node.name = FunctionName(function);
    node.source = source;
    return Add(node, operands);
  }

  std::nullopt_t Fail(size_t offset, absl::string_view message) {
    error_ = ErrorAt(builder_.text(), offset, message);
    return std::nullopt;
  }

  // Fails with "expected X, got Y", where Y is the next token.
  std::nullopt_t FailExpecting(absl::string_view expected) {
    const absl::string_view got = tokens_.TextOf(tokens_.Next());
    return Fail(tokens_.Next().source.begin,
                absl::StrCat("expected ", expected, ", got ",
                             tokens_.NextIs(Kind::kEnd) ? "the end of the text" : Quoted(got),
                             OperatorMeantBy(got)));
  }

  std::nullopt_t FailTooDeep(size_t offset) {
    return Fail(offset,
                absl::StrCat("expected at most ", kMaxExpressionDepth, " levels of nesting"));
  }

  TokenCursor tokens_;
  ExpressionBuilder& builder_;
  int nesting_ = 0;
  absl::Status error_;
};

}  // namespace

absl::StatusOr<std::shared_ptr<const Expression>> Parse(absl::string_view text,
                                                        const ParseOptions& options) {
  if (text.size() > kMaxConditionBytes) {
    return absl::InvalidArgumentError(absl::StrCat("expected a condition of at most ",
                                                   kMaxConditionBytes, " bytes, got ", text.size(),
                                                   " bytes"));
  }
  if (absl::Status utf8 = CheckUtf8(text); !utf8.ok()) return utf8;
  absl::StatusOr<std::vector<Token>> tokens = Tokenize(text);
  if (!tokens.ok()) return tokens.status();

  ExpressionBuilder builder(text);
  if (absl::Status syntax = SyntaxParser(*std::move(tokens), builder).Run(); !syntax.ok()) {
    return syntax;
  }
  const NodeId root = builder.expression().root();
  ResolveNames(root, options, builder);
  absl::Status patterns = CompileLiteralPatterns(builder);
  if (options.check) {
    if (absl::Status names = CheckNames(root, builder.expression(), options); !names.ok()) {
      return names;
    }
    if (!patterns.ok()) return patterns;
  }
  return builder.Finish();
}

}  // namespace cache_invalidation::condition
