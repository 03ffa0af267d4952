#include "common/condition/syntax.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/condition/limits.h"
#include "common/condition/literal.h"
#include "common/condition/source_error.h"

namespace cache_invalidation::condition {
namespace {

using Kind = Token::Kind;

struct BinaryOperator {
  Kind token;
  int strength;
  Function function;  // kUnknown: `&&` and `||`
};

constexpr int kOrStrength = 1;
constexpr int kAndStrength = 2;
constexpr int kRelationStrength = 3;
constexpr int kSumStrength = 4;
constexpr int kProductStrength = 5;

constexpr std::array kBinaryOperators = {
    BinaryOperator{Kind::kOr, kOrStrength, Function::kUnknown},
    BinaryOperator{Kind::kAnd, kAndStrength, Function::kUnknown},
    BinaryOperator{Kind::kEquals, kRelationStrength, Function::kEquals},
    BinaryOperator{Kind::kNotEquals, kRelationStrength, Function::kNotEquals},
    BinaryOperator{Kind::kLess, kRelationStrength, Function::kLess},
    BinaryOperator{Kind::kLessEquals, kRelationStrength, Function::kLessEquals},
    BinaryOperator{Kind::kGreater, kRelationStrength, Function::kGreater},
    BinaryOperator{Kind::kGreaterEquals, kRelationStrength, Function::kGreaterEquals},
    BinaryOperator{Kind::kIn, kRelationStrength, Function::kIn},
    BinaryOperator{Kind::kPlus, kSumStrength, Function::kAdd},
    BinaryOperator{Kind::kMinus, kSumStrength, Function::kSubtract},
    BinaryOperator{Kind::kTimes, kProductStrength, Function::kMultiply},
    BinaryOperator{Kind::kDividedBy, kProductStrength, Function::kDivide},
    BinaryOperator{Kind::kModulo, kProductStrength, Function::kModulo},
};

// Null if the token is no binary operator.
const BinaryOperator* FindBinaryOperator(Kind kind) {
  const auto* found = std::find_if(kBinaryOperators.begin(), kBinaryOperators.end(),
                                   [&](const BinaryOperator& each) { return each.token == kind; });
  return found == kBinaryOperators.end() ? nullptr : found;
}

// What somebody used to other languages may have meant.
absl::string_view OperatorMeantBy(absl::string_view word) {
  if (word == "and") return "; did you mean `&&`?";
  if (word == "or") return "; did you mean `||`?";
  return "";
}

}  // namespace

SyntaxParser::SyntaxParser(std::vector<Token> tokens, ExpressionBuilder& builder)
    : tokens_(std::move(tokens)), builder_(builder) {}

absl::Status SyntaxParser::Run() {
  if (ParseExpression() && !NextIs(Kind::kEnd)) {
    FailExpecting("an operator or the end");
  }
  return error_;
}

SyntaxParser::Parsed SyntaxParser::ParseExpression() {
  if (nesting_ == kMaxExpressionDepth) return FailTooDeep(Next().source.begin);
  ++nesting_;
  const Parsed parsed = ParseConditional();
  --nesting_;
  return parsed;
}

SyntaxParser::Parsed SyntaxParser::ParseConditional() {
  const Parsed condition = ParseBinary(kOrStrength);
  if (!condition || !Accept(Kind::kQuestion)) return condition;
  const Parsed if_true = ParseBinary(kOrStrength);
  if (!if_true || !Expect(Kind::kColon, "`:` and the value otherwise")) return std::nullopt;
  const Parsed if_false = ParseExpression();
  if (!if_false) return std::nullopt;
  Node node;
  node.kind = Node::Kind::kConditional;
  node.source = From(*condition);
  return Add(node, {*condition, *if_true, *if_false});
}

SyntaxParser::Parsed SyntaxParser::ParseBinary(int strength) {
  Parsed left = ParseUnary();
  while (left) {
    const BinaryOperator* next = FindBinaryOperator(Next().kind);
    if (next == nullptr || next->strength < strength) break;
    if (next->function == Function::kUnknown) {
      left = ParseTerms(*left, next->strength);
      continue;
    }
    Take();
    const Parsed right = ParseBinary(next->strength + 1);
    if (!right) return std::nullopt;
    left = AddOperator(next->function, From(*left), {*left, *right});
  }
  return left;
}

SyntaxParser::Parsed SyntaxParser::ParseTerms(NodeId first, int strength) {
  const Kind separator = strength == kOrStrength ? Kind::kOr : Kind::kAnd;
  std::vector<NodeId> terms = {first};
  while (Accept(separator)) {
    const Parsed term = ParseBinary(strength + 1);
    if (!term) return std::nullopt;
    terms.push_back(*term);
  }
  Node node;
  node.kind = strength == kOrStrength ? Node::Kind::kOr : Node::Kind::kAnd;
  node.source = From(first);
  return Add(node, terms);
}

SyntaxParser::Parsed SyntaxParser::ParseUnary() {
  std::vector<Token> operators;
  while (NextIs(Kind::kNot) || NextIs(Kind::kMinus)) operators.push_back(Take());
  Parsed operand;
  const bool negative = !operators.empty() && operators.back().kind == Kind::kMinus;
  if (negative && (NextIs(Kind::kInt) || NextIs(Kind::kDouble))) {
    // The minus belongs to the number: without it, the least integer would be out of range.
    operators.pop_back();
    --at_;
  }
  operand = ParseMember();
  for (auto each = operators.rbegin(); operand && each != operators.rend(); ++each) {
    const Function function = each->kind == Kind::kNot ? Function::kNot : Function::kNegate;
    operand = AddOperator(function, From(*each), {*operand});
  }
  return operand;
}

SyntaxParser::Parsed SyntaxParser::ParseMember() {
  Parsed operand = ParsePrimary();
  while (operand) {
    if (NextIs(Kind::kDot)) {
      operand = ParseSelection(*operand);
    } else if (NextIs(Kind::kLeftBracket)) {
      operand = ParseIndex(*operand);
    } else if (NextIs(Kind::kLeftBrace)) {
      return Fail(Next().source.begin, "expected no message: conditions know lists and maps only");
    } else {
      break;
    }
  }
  return operand;
}

SyntaxParser::Parsed SyntaxParser::ParsePrimary() {
  const Token token = Next();
  switch (token.kind) {
    case Kind::kLeftParenthesis: {
      Take();
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
    case Kind::kMinus:
      Take();
      return ParseNumber(Take(), true);
    case Kind::kInt:
    case Kind::kUint:
    case Kind::kDouble:
      return ParseNumber(Take(), false);
    case Kind::kString:
    case Kind::kBytes:
      return ParseText(Take());
    case Kind::kTrue:
    case Kind::kFalse:
      return AddLiteral(Value::Bool(Take().kind == Kind::kTrue), token.source);
    case Kind::kNull:
      return AddLiteral(Value(), Take().source);
    case Kind::kReserved:
      return FailExpecting("a name that is no reserved word");
    default:
      return FailExpecting("an expression");
  }
}

SyntaxParser::Parsed SyntaxParser::ParseName() {
  const Token first = Next();
  const bool from_root = Accept(Kind::kDot);
  if (!NextIs(Kind::kName)) return FailExpecting("a name");
  const Token name = Take();
  if (NextIs(Kind::kLeftParenthesis)) return ParseCall(std::nullopt, first, SourceOf(name));
  Node node;
  node.kind = Node::Kind::kIdentifier;
  node.source = From(first);
  node.name = SourceOf(name);
  if (from_root) node.name = builder_.Keep(absl::StrCat(".", node.name));
  return Add(node, {});
}

SyntaxParser::Parsed SyntaxParser::ParseNumber(const Token& token, bool negative) {
  const absl::StatusOr<Value> value = NumberLiteral(builder_.text(), token, negative);
  if (!value.ok()) {
    error_ = value.status();
    return std::nullopt;
  }
  SourceRange source = token.source;
  if (negative) source.begin = tokens_[at_ - 2].source.begin;
  return AddLiteral(*value, source);
}

SyntaxParser::Parsed SyntaxParser::ParseText(const Token& token) {
  absl::StatusOr<std::string> content = TextLiteral(builder_.text(), token);
  if (!content.ok()) {
    error_ = content.status();
    return std::nullopt;
  }
  const absl::string_view kept = builder_.Keep(*std::move(content));
  return AddLiteral(token.kind == Kind::kString ? Value::String(kept) : Value::Bytes(kept),
                    token.source);
}

SyntaxParser::Parsed SyntaxParser::ParseList() {
  const Token first = Take();
  const auto elements = ParseElements(Kind::kRightBracket, true);
  if (!elements || !Expect(Kind::kRightBracket, "`,` or `]`")) return std::nullopt;
  Node node;
  node.kind = Node::Kind::kList;
  node.source = From(first);
  return Add(node, *elements);
}

SyntaxParser::Parsed SyntaxParser::ParseMap() {
  const Token first = Take();
  std::vector<NodeId> entries;
  while (!NextIs(Kind::kRightBrace)) {
    const Parsed key = ParseExpression();
    if (!key || !Expect(Kind::kColon, "`:` and the value of the key")) return std::nullopt;
    const Parsed value = ParseExpression();
    if (!value) return std::nullopt;
    entries.insert(entries.end(), {*key, *value});
    if (entries.size() > 2 * kMaxLiteralElements) {
      return Fail(first.source.begin,
                  absl::StrCat("expected at most ", kMaxLiteralElements, " entries"));
    }
    if (!Accept(Kind::kComma)) break;
  }
  if (!Expect(Kind::kRightBrace, "`,` or `}`")) return std::nullopt;
  Node node;
  node.kind = Node::Kind::kMap;
  node.source = From(first);
  return Add(node, entries);
}

SyntaxParser::Parsed SyntaxParser::ParseSelection(NodeId operand) {
  Take();
  Node node;
  node.kind = Node::Kind::kSelect;
  if (NextIs(Kind::kQuotedName)) {
    node.name = SourceOf(Take());
    node.name = node.name.substr(1, node.name.size() - 2);
  } else if (NextIs(Kind::kName) || NextIs(Kind::kReserved)) {
    const Token name = Take();
    node.name = SourceOf(name);
    if (NextIs(Kind::kLeftParenthesis)) return ParseCall(operand, name, node.name);
  } else {
    return FailExpecting("the name of a field or function");
  }
  node.source = From(operand);
  return Add(node, {operand});
}

SyntaxParser::Parsed SyntaxParser::ParseIndex(NodeId operand) {
  Take();
  const Parsed index = ParseExpression();
  if (!index || !Expect(Kind::kRightBracket, "an operator or `]`")) return std::nullopt;
  Node node;
  node.kind = Node::Kind::kIndex;
  node.source = From(operand);
  return Add(node, {operand, *index});
}

SyntaxParser::Parsed SyntaxParser::ParseCall(std::optional<NodeId> target, const Token& name,
                                             absl::string_view called) {
  Take();
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

std::optional<std::vector<NodeId>> SyntaxParser::ParseElements(Kind end, bool may_end_in_comma) {
  const size_t begin = Next().source.begin;
  std::vector<NodeId> elements;
  while (!NextIs(end) || (!elements.empty() && !may_end_in_comma)) {
    const Parsed element = ParseExpression();
    if (!element) return std::nullopt;
    elements.push_back(*element);
    if (elements.size() > kMaxLiteralElements) {
      return Fail(begin, absl::StrCat("expected at most ", kMaxLiteralElements, " elements"));
    }
    if (!Accept(Kind::kComma)) break;
  }
  return elements;
}

SyntaxParser::Parsed SyntaxParser::ExpandMacro(const MacroSignature& macro, SourceRange source,
                                               absl::Span<const NodeId> arguments) {
  if (!macro.has_target) return ExpandHas(source, arguments[0]);
  const Node& variable = builder_.node(arguments[1]);
  if (variable.kind != Node::Kind::kIdentifier || absl::StartsWith(variable.name, ".")) {
    return Fail(variable.source.begin,
                absl::StrCat("expected the name of a variable, as in `", macro.form, "`"));
  }
  Node node;
  node.kind = Node::Kind::kComprehension;
  node.source = source;
  node.macro = macro.macro;
  node.name = variable.name;
  std::vector<NodeId> children(arguments.begin(), arguments.end());
  children.erase(children.begin() + 1);
  return Add(node, children);
}

SyntaxParser::Parsed SyntaxParser::ExpandHas(SourceRange source, NodeId argument) {
  Node& node = builder_.node(argument);
  if (node.kind != Node::Kind::kSelect) {
    return Fail(node.source.begin, "expected the selection of a field, as in `has(x.field)`");
  }
  node.kind = Node::Kind::kHas;
  node.source = source;
  return argument;
}

Token SyntaxParser::Take() {
  const Token token = Next();
  if (token.kind != Kind::kEnd) ++at_;
  return token;
}

bool SyntaxParser::Accept(Kind kind) {
  if (!NextIs(kind)) return false;
  Take();
  return true;
}

bool SyntaxParser::Expect(Kind kind, absl::string_view expected) {
  if (Accept(kind)) return true;
  FailExpecting(expected);
  return false;
}

absl::string_view SyntaxParser::SourceOf(const Token& token) const {
  return builder_.text().substr(token.source.begin, token.source.end - token.source.begin);
}

SourceRange SyntaxParser::From(NodeId first) const {
  return {builder_.expression().node(first).source.begin, tokens_[at_ - 1].source.end};
}

SourceRange SyntaxParser::From(const Token& first) const {
  return {first.source.begin, tokens_[at_ - 1].source.end};
}

SyntaxParser::Parsed SyntaxParser::Add(const Node& node, std::initializer_list<NodeId> children) {
  return Add(node, absl::MakeConstSpan(children.begin(), children.size()));
}

SyntaxParser::Parsed SyntaxParser::Add(const Node& node, absl::Span<const NodeId> children) {
  const NodeId added = builder_.Add(node, children);
  if (builder_.DepthOf(added) > kMaxExpressionDepth) return FailTooDeep(node.source.begin);
  if (builder_.expression().size() > kMaxExpressionNodes) {
    return Fail(node.source.begin, absl::StrCat("expected at most ", kMaxExpressionNodes,
                                                " names, values and operators"));
  }
  return added;
}

SyntaxParser::Parsed SyntaxParser::AddLiteral(Value value, SourceRange source) {
  Node node;
  node.literal = value;
  node.source = source;
  return Add(node, {});
}

SyntaxParser::Parsed SyntaxParser::AddOperator(Function function, SourceRange source,
                                               std::initializer_list<NodeId> operands) {
  Node node;
  node.kind = Node::Kind::kCall;
  node.function = function;
  node.name = FunctionName(function);
  node.source = source;
  return Add(node, operands);
}

std::nullopt_t SyntaxParser::Fail(size_t offset, absl::string_view message) {
  error_ = ErrorAt(builder_.text(), offset, message);
  return std::nullopt;
}

std::nullopt_t SyntaxParser::FailExpecting(absl::string_view expected) {
  const absl::string_view got = SourceOf(Next());
  return Fail(
      Next().source.begin,
      absl::StrCat("expected ", expected, ", got ",
                   NextIs(Kind::kEnd) ? "the end of the text" : Quoted(got), OperatorMeantBy(got)));
}

std::nullopt_t SyntaxParser::FailTooDeep(size_t offset) {
  return Fail(offset, absl::StrCat("expected at most ", kMaxExpressionDepth, " levels of nesting"));
}

}  // namespace cache_invalidation::condition
