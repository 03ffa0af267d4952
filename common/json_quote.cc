// SPDX-License-Identifier: Apache-2.0

#include "common/json_quote.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/names.h"

namespace cache_invalidation {
namespace {

constexpr absl::string_view kNotUtf8 = "\xEF\xBF\xBD";  // U+FFFD

}  // namespace

void AppendJsonCharacter(absl::string_view character, std::string& out) {
  if (character.empty()) {
    absl::StrAppend(&out, kNotUtf8);
  } else if (character == "\"" || character == "\\") {
    absl::StrAppend(&out, "\\", character);
  } else if (character == "\n") {
    out += "\\n";
  } else if (IsControlCharacter(character)) {
    // U+0080 to U+009F take two bytes of UTF-8.
    absl::StrAppend(&out, "\\u",
                    absl::Hex(static_cast<unsigned char>(character.back()), absl::kZeroPad4));
  } else {
    absl::StrAppend(&out, character);
  }
}

std::string QuoteJson(absl::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const size_t bytes = Utf8CharacterBytes(text);
    AppendJsonCharacter(text.substr(0, bytes), out);
    text.remove_prefix(std::max<size_t>(bytes, 1));
  }
  return out + "\"";
}

}  // namespace cache_invalidation
