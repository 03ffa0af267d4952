#ifndef CACHE_INVALIDATION_COMMON_JSON_QUOTE_H_
#define CACHE_INVALIDATION_COMMON_JSON_QUOTE_H_

#include <string>

#include "absl/strings/string_view.h"

namespace cache_invalidation {

// Returns the text as a JSON string, with quotes and escapes: one line of UTF-8,
// whatever the text. What is not UTF-8 becomes U+FFFD.
std::string QuoteJson(absl::string_view text);

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_COMMON_JSON_QUOTE_H_
