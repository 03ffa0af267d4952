#ifndef CACHE_INVALIDATION_COMMON_CONDITION_REGEX_H_
#define CACHE_INVALIDATION_COMMON_CONDITION_REGEX_H_

#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/condition/limits.h"

namespace re2 {
class RE2;
}  // namespace re2

namespace cache_invalidation::condition {

// The pattern of a `matches`, in RE2 syntax, compiled within the limits of limits.h. `max_memory`:
// what the pattern may take when compiled, with its cache, in bytes.
//
// INVALID_ARGUMENT, without a position, for what is no such syntax or too large.
absl::StatusOr<std::unique_ptr<const re2::RE2>> CompileRegex(
    absl::string_view pattern, int64_t max_memory = kMaxRegexMemoryBytes);

}  // namespace cache_invalidation::condition

#endif  // CACHE_INVALIDATION_COMMON_CONDITION_REGEX_H_
