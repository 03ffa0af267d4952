#ifndef CACHE_INVALIDATION_COMMON_CONDITION_TOKEN_CURSOR_H_
#define CACHE_INVALIDATION_COMMON_CONDITION_TOKEN_CURSOR_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/condition/lexer.h"

namespace cache_invalidation::condition {

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

}  // namespace cache_invalidation::condition

#endif  // CACHE_INVALIDATION_COMMON_CONDITION_TOKEN_CURSOR_H_
