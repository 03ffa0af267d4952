#ifndef CACHE_INVALIDATION_COMMON_CONDITION_CALL_H_
#define CACHE_INVALIDATION_COMMON_CONDITION_CALL_H_

#include "absl/types/span.h"
#include "common/condition/budget.h"
#include "common/condition/function.h"
#include "common/condition/value.h"

namespace cache_invalidation::condition {

// What `function` answers for these arguments, the target first if it has one. Errors do not say
// where they arose.
//
// Knows nothing of how a call is written: patterns of `matches` and the names of time zones, which
// an expression may know beforehand, are taken as they come (time_functions.h: offsets only).
// REQUIRES: a function and as many arguments as IsCallable admits; none is an error.
Value Call(Function function, absl::Span<const Value> arguments, Budget& budget);

}  // namespace cache_invalidation::condition

#endif  // CACHE_INVALIDATION_COMMON_CONDITION_CALL_H_
