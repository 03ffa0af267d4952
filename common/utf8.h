#ifndef CACHE_INVALIDATION_COMMON_UTF8_H_
#define CACHE_INVALIDATION_COMMON_UTF8_H_

#include <cstddef>

#include "absl/strings/string_view.h"

namespace cache_invalidation {

// Returns the number of bytes of the first character of `text`; 0 if it is not UTF-8: truncated,
// overlong, a surrogate or above U+10FFFF. REQUIRES: `text` is not empty.
size_t Utf8CharacterBytes(absl::string_view text);

// Returns whether a character is a control character: U+0000 to U+001F, U+007F to U+009F.
// `character` has the bytes that Utf8CharacterBytes measured.
bool IsControlCharacter(absl::string_view character);

// Returns whether the whole text is UTF-8.
bool IsUtf8(absl::string_view text);

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_COMMON_UTF8_H_
