// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_COMMON_JSON_QUOTE_H_
#define CACHE_INVALIDATION_COMMON_JSON_QUOTE_H_

#include <string>

#include "absl/strings/string_view.h"

namespace cache_invalidation {

// Appends a character as it stands in a JSON string: quotes, backslashes and control characters are
// escaped. `character` has the bytes that Utf8CharacterBytes measured; none become U+FFFD.
void AppendJsonCharacter(absl::string_view character, std::string& out);

// Returns the text as a JSON string, with quotes and escapes: one line of UTF-8,
// whatever the text. What is not UTF-8 becomes U+FFFD.
std::string QuoteJson(absl::string_view text);

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_COMMON_JSON_QUOTE_H_
