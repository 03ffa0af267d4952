#ifndef CACHE_INVALIDATION_COMMON_UTF8_H_
#define CACHE_INVALIDATION_COMMON_UTF8_H_

#include <cstddef>

#include "absl/strings/string_view.h"

namespace cache_invalidation {

// How many bytes the first character of `text` takes; 0 if it is not UTF-8: cut short, overlong, a
// surrogate or above U+10FFFF. REQUIRES: `text` is not empty.
size_t Utf8CharacterBytes(absl::string_view text);

// Whether a character is a control character: U+0000 to U+001F, U+007F to U+009F. `character`: its
// bytes, as Utf8CharacterBytes measured them.
bool IsControlCharacter(absl::string_view character);

// Whether the whole text is UTF-8.
bool IsUtf8(absl::string_view text);

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_COMMON_UTF8_H_
