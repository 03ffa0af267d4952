#ifndef CACHE_INVALIDATION_COMMON_CONDITION_ARITHMETIC_H_
#define CACHE_INVALIDATION_COMMON_CONDITION_ARITHMETIC_H_

#include "common/condition/budget.h"
#include "common/condition/function.h"
#include "common/condition/value.h"

namespace cache_invalidation::condition {

// The operators that compute. Both sides have one type, no number is converted; what is beyond that
// type, and division by zero, is an error. Doubles follow IEEE 754 instead.

// Of kNegate. REQUIRES: not an error.
Value Negate(Value operand, Budget& budget);

// Of kAdd, kSubtract, kMultiply, kDivide and kModulo. `+` also puts strings, byte strings and lists
// one after the other; with durations, `+` and `-` also work on timestamps. REQUIRES: no errors.
Value Compute(Function function, Value left, Value right, Budget& budget);

}  // namespace cache_invalidation::condition

#endif  // CACHE_INVALIDATION_COMMON_CONDITION_ARITHMETIC_H_
