#ifndef CACHE_INVALIDATION_COMMON_CONDITION_TEXT_FUNCTIONS_H_
#define CACHE_INVALIDATION_COMMON_CONDITION_TEXT_FUNCTIONS_H_

#include "common/condition/budget.h"
#include "common/condition/function.h"
#include "common/condition/regex.h"
#include "common/condition/value.h"

namespace cache_invalidation::condition {

// Returns the number of characters (code points) of a string, bytes of a byte string, or elements
// of a list or map.
Value Size(Value value, Budget& budget);

// Evaluates kContains, kStartsWith and kEndsWith. REQUIRES: no errors.
Value Search(Function function, Value text, Value part, Budget& budget);

// Whether the pattern matches anywhere in the text. `compiled` is the pattern if it was known when
// the condition was parsed. If null, the pattern is compiled here, with less memory
// (Regex::Origin). REQUIRES: no errors.
Value Matches(Value text, Value pattern, const Regex* compiled, Budget& budget);

}  // namespace cache_invalidation::condition

#endif  // CACHE_INVALIDATION_COMMON_CONDITION_TEXT_FUNCTIONS_H_
