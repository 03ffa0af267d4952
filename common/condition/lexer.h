#ifndef CACHE_INVALIDATION_COMMON_CONDITION_LEXER_H_
#define CACHE_INVALIDATION_COMMON_CONDITION_LEXER_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/condition/expression.h"
#include "common/condition/function.h"

namespace cache_invalidation::condition {

// A word, literal or sign of a condition's text. What a literal stands for is found by literal.h.
struct Token {
  enum class Kind : uint8_t {
    kEnd,  // behind the last one; empty
    kName,
    kQuotedName,  // `name`, with its backticks
    kReserved,    // a word that is no name: "for"
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

// The tokens of `text`, without blanks and comments, kEnd last.
//
// INVALID_ARGUMENT with the position for what begins no token and for a text without its end.
// REQUIRES: `text` is UTF-8 and shorter than 4 GiB.
absl::StatusOr<std::vector<Token>> Tokenize(absl::string_view text);

// Goes over the tokens of a text, one by one; at the end it stays.
//
// Thread-compatible.
class TokenCursor {
 public:
  // `tokens`: of `text`, which must outlive the cursor. Token::Kind::kEnd is the last one.
  TokenCursor(absl::string_view text, std::vector<Token> tokens)
      : text_(text), tokens_(std::move(tokens)) {}

  const Token& Next() const { return tokens_[at_]; }
  // The one behind it; the end, if that is the next one already.
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

  // Takes the next token if it is of that kind.
  bool Accept(Token::Kind kind) {
    if (!NextIs(kind)) return false;
    Take();
    return true;
  }

  // Where in the text the token ends that was taken last.
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

// How strong operators between two operands bind, the weakest first. All but `||` and `&&` take the
// operand between two of the same strength to the left.
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
  Function function;  // kUnknown: `&&` and `||`, which are no functions
};

// The operator that a token is between two operands; null if it is none.
const BinaryOperator* FindBinaryOperator(Token::Kind token);

}  // namespace cache_invalidation::condition

#endif  // CACHE_INVALIDATION_COMMON_CONDITION_LEXER_H_
