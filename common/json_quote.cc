#include "common/json_quote.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/names.h"

namespace cache_invalidation {
namespace {

constexpr absl::string_view kNotUtf8 = "\xEF\xBF\xBD";  // U+FFFD

}  // namespace

std::string QuoteJson(absl::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const size_t bytes = Utf8CharacterBytes(text);
    const absl::string_view character = text.substr(0, std::max<size_t>(bytes, 1));
    if (bytes == 0) {
      absl::StrAppend(&out, kNotUtf8);
    } else if (character == "\"" || character == "\\") {
      absl::StrAppend(&out, "\\", character);
    } else if (static_cast<unsigned char>(character[0]) < 0x20) {
      absl::StrAppend(&out, "\\u",
                      absl::Hex(static_cast<unsigned char>(character[0]), absl::kZeroPad4));
    } else {
      absl::StrAppend(&out, character);
    }
    text.remove_prefix(character.size());
  }
  return out + "\"";
}

}  // namespace cache_invalidation
