// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_COMMON_CONDITION_LEXER_H_
#define CACHE_INVALIDATION_COMMON_CONDITION_LEXER_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/condition/expression.h"
#include "common/condition/function.h"
#include "common/condition/value.h"

namespace cache_invalidation::condition {

// A word, literal or operator in a condition's text. NumberLiteral and TextLiteral return the value
// of a literal.
struct Token {
  enum class Kind : uint8_t {
    kEnd,  // the end of the text; empty
    kName,
    kQuotedName,  // `name`, with its backticks
    kReserved,    // a reserved word: "for"
    kTrue,
    kFalse,
    kNull,
    kInt,
    kUint,
    kDouble,
    kString,  // with prefix and quotes
    kBytes,
    kIn,
    kAnd,
    kOr,
    kNot,
    kEquals,
    kNotEquals,
    kLess,
    kLessEquals,
    kGreater,
    kGreaterEquals,
    kPlus,
    kMinus,
    kTimes,
    kDividedBy,
    kModulo,
    kQuestion,
    kColon,
    kComma,
    kDot,
    kLeftParenthesis,
    kRightParenthesis,
    kLeftBracket,
    kRightBracket,
    kLeftBrace,
    kRightBrace,
  };

  Kind kind = Kind::kEnd;
  SourceRange source;
};

// Splits `text` into tokens, without white space and comments. The last token is kEnd.
//
// Returns INVALID_ARGUMENT with the position for a character that starts no token and for an
// unterminated string. REQUIRES: `text` is UTF-8 and shorter than 4 GiB.
absl::StatusOr<std::vector<Token>> Tokenize(absl::string_view text);

// A forward cursor over the tokens of a text. At kEnd it stays where it is.
//
// Thread-compatible.
class TokenCursor {
 public:
  // `tokens` are those of `text`, which must outlive the cursor. The last one is kEnd.
  TokenCursor(absl::string_view text, std::vector<Token> tokens)
      : text_(text), tokens_(std::move(tokens)) {}

  const Token& Next() const { return tokens_[at_]; }
  // The token after Next(); kEnd if there is none.
  const Token& AfterNext() const { return tokens_[std::min(at_ + 1, tokens_.size() - 1)]; }
  bool NextIs(Token::Kind kind) const { return Next().kind == kind; }

  Token Take() {
    const Token token = Next();
    if (token.kind != Token::Kind::kEnd) {
      end_of_last_ = token.source.end;
      ++at_;
    }
    return token;
  }

  // Takes the next token if it is of that kind. Returns whether it was.
  bool Accept(Token::Kind kind) {
    if (!NextIs(kind)) return false;
    Take();
    return true;
  }

  // The offset at which the last token taken ends.
  uint32_t end_of_last() const { return end_of_last_; }

  absl::string_view TextOf(const Token& token) const {
    return text_.substr(token.source.begin, token.source.end - token.source.begin);
  }

 private:
  const absl::string_view text_;
  const std::vector<Token> tokens_;
  size_t at_ = 0;
  uint32_t end_of_last_ = 0;
};

// The precedence of binary operators, lowest first. All but `||` and `&&` are left-associative.
enum Strength : int {
  kOrStrength = 1,
  kAndStrength,
  kRelationStrength,
  kSumStrength,
  kProductStrength,
};

struct BinaryOperator {
  Token::Kind token;
  int strength;
  Function function;  // kUnknown for `&&` and `||`, which are not functions
};

// Returns the binary operator that the token denotes, or null.
const BinaryOperator* FindBinaryOperator(Token::Kind token);

// Literals: their values, and those that are prepared when the text is parsed. All errors are
// INVALID_ARGUMENT with the position.

// Returns the value of a token of kind kInt, kUint or kDouble in `text`, the whole text of the
// condition. `negative` means that a minus precedes it, since the least integer can only be written
// with one. Numbers out of range are errors; decimals too small for a double are zero. REQUIRES: a
// uint is not negative.
absl::StatusOr<Value> NumberLiteral(absl::string_view text, const Token& token, bool negative);

// Returns the content of a token of kind kString or kBytes in `text`, with its escapes resolved.
absl::StatusOr<std::string> TextLiteral(absl::string_view text, const Token& token);

// Compiles the literal patterns of `matches` in the expression, once for all its evaluations.
//
// The error is that of the first pattern that does not compile or exceeds kMaxCompiledRegexes. All
// other patterns are compiled nevertheless, up to that limit.
absl::Status CompileLiteralPatterns(ExpressionBuilder& builder);

// Returns the name of the time zone if the node is a call such as `x.getHours("Europe/Paris")` with
// a literal zone.
std::optional<absl::string_view> LiteralZoneOf(const Expression& expression, const Node& node);

// Looks up the literal time zones of the expression, so that evaluating it reads no files. The
// error is that of the first that does not exist.
absl::Status CheckLiteralZones(const Expression& expression);

}  // namespace cache_invalidation::condition

#endif  // CACHE_INVALIDATION_COMMON_CONDITION_LEXER_H_
