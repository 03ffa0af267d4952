#ifndef CACHE_INVALIDATION_COMMON_UTF8_PREFIX_H_
#define CACHE_INVALIDATION_COMMON_UTF8_PREFIX_H_

#include <cstddef>

#include "absl/strings/string_view.h"

namespace cache_invalidation {

// Returns the beginning of a text: at most `most_bytes`, without splitting a character of UTF-8.
absl::string_view Utf8Prefix(absl::string_view text, size_t most_bytes);

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_COMMON_UTF8_PREFIX_H_
