#ifndef CACHE_INVALIDATION_COMMON_CONDITION_CALL_H_
#define CACHE_INVALIDATION_COMMON_CONDITION_CALL_H_

#include "absl/types/span.h"
#include "common/condition/budget.h"
#include "common/condition/function.h"
#include "common/condition/value.h"

namespace cache_invalidation::condition {

// Returns the result of `function` for these arguments; the target, if any, comes first. Errors
// carry no position.
//
// It knows only values, not the expression: the pattern of `matches` is compiled on each call, and
// time zones may only be given as offsets (time_functions.h). The evaluator handles literal
// patterns and zone names itself. REQUIRES: IsCallable holds for the function and the number of
// arguments; no argument is an error.
Value Call(Function function, absl::Span<const Value> arguments, Budget& budget);

}  // namespace cache_invalidation::condition

#endif  // CACHE_INVALIDATION_COMMON_CONDITION_CALL_H_
