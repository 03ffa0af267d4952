#ifndef CACHE_INVALIDATION_COMMON_CONDITION_LEXER_H_
#define CACHE_INVALIDATION_COMMON_CONDITION_LEXER_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/condition/expression.h"

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

}  // namespace cache_invalidation::condition

#endif  // CACHE_INVALIDATION_COMMON_CONDITION_LEXER_H_
