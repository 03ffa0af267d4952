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

// A word, literal or operator in a condition's text. literal.h returns the value of a literal.
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

}  // namespace cache_invalidation::condition

#endif  // CACHE_INVALIDATION_COMMON_CONDITION_LEXER_H_
