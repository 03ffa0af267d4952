#ifndef CACHE_INVALIDATION_COMMON_CONDITION_SUGGESTION_H_
#define CACHE_INVALIDATION_COMMON_CONDITION_SUGGESTION_H_

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace cache_invalidation::condition {

// The candidate that somebody who wrote `name` may have meant: the one that fewest letters have to
// be changed, added, left out or swapped for, the first of several. Empty if none is close, which
// is a third of the letters.
absl::string_view ClosestName(absl::string_view name,
                              absl::Span<const absl::string_view> candidates);

}  // namespace cache_invalidation::condition

#endif  // CACHE_INVALIDATION_COMMON_CONDITION_SUGGESTION_H_
