#include "common/condition/source_error.h"

#include "absl/strings/str_cat.h"
#include "common/condition/expression.h"
#include "common/utf8.h"

namespace cache_invalidation::condition {
namespace {

// Enough to find the place; the position says the rest.
constexpr size_t kLongestQuote = 40;

}  // namespace

absl::Status ErrorAt(absl::string_view text, size_t offset, absl::string_view message) {
  const SourcePosition position = PositionOf(text, offset);
  return absl::InvalidArgumentError(
      absl::StrCat("line ", position.line, ", column ", position.column, ": ", message));
}

std::string Quoted(absl::string_view piece) {
  std::string quoted = "`";
  while (!piece.empty() && quoted.size() <= kLongestQuote) {
    const size_t bytes = Utf8CharacterBytes(piece);
    if (bytes == 0 || IsControlCharacter(piece.substr(0, bytes))) {
      absl::StrAppend(&quoted, "\\x", absl::Hex(piece[0], absl::kZeroPad2));
      piece.remove_prefix(1);
    } else {
      absl::StrAppend(&quoted, piece.substr(0, bytes));
      piece.remove_prefix(bytes);
    }
  }
  return absl::StrCat(quoted, piece.empty() ? "" : "...", "`");
}

}  // namespace cache_invalidation::condition
