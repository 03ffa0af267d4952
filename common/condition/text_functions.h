#ifndef CACHE_INVALIDATION_COMMON_CONDITION_TEXT_FUNCTIONS_H_
#define CACHE_INVALIDATION_COMMON_CONDITION_TEXT_FUNCTIONS_H_

#include "common/condition/budget.h"
#include "common/condition/function.h"
#include "common/condition/regex.h"
#include "common/condition/value.h"

namespace cache_invalidation::condition {

// Of strings: characters (code points); of byte strings: bytes; of lists and maps: elements.
Value Size(Value value, Budget& budget);

// Of kContains, kStartsWith and kEndsWith. REQUIRES: no errors.
Value Search(Function function, Value text, Value part, Budget& budget);

// Whether RE2 finds the pattern anywhere in the text. `compiled`: the pattern, if it was known when
// the condition was parsed; otherwise null, and it is compiled here, within the same limits.
// REQUIRES: no errors.
Value Matches(Value text, Value pattern, const Regex* compiled, Budget& budget);

}  // namespace cache_invalidation::condition

#endif  // CACHE_INVALIDATION_COMMON_CONDITION_TEXT_FUNCTIONS_H_
