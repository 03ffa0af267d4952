// How errors in the text of a condition are told.

#ifndef CACHE_INVALIDATION_COMMON_CONDITION_SOURCE_ERROR_H_
#define CACHE_INVALIDATION_COMMON_CONDITION_SOURCE_ERROR_H_

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace cache_invalidation::condition {

// INVALID_ARGUMENT "line 1, column 5: " and the message. `offset`: of the byte it is about.
absl::Status ErrorAt(absl::string_view text, size_t offset, absl::string_view message);

// A piece of a text as it stands in a message: between backticks, on one line, shortened.
std::string Quoted(absl::string_view piece);

}  // namespace cache_invalidation::condition

#endif  // CACHE_INVALIDATION_COMMON_CONDITION_SOURCE_ERROR_H_
