#ifndef CACHE_INVALIDATION_COMMON_CONDITION_ARITHMETIC_H_
#define CACHE_INVALIDATION_COMMON_CONDITION_ARITHMETIC_H_

#include "common/condition/budget.h"
#include "common/condition/function.h"
#include "common/condition/value.h"

namespace cache_invalidation::condition {

// Arithmetic operators. Both operands have the same type; numbers are never converted. A result
// outside the range of that type is an error, and so is division by zero. Doubles follow IEEE 754
// instead.

// Evaluates kNegate. REQUIRES: not an error.
Value Negate(Value operand, Budget& budget);

// Evaluates kAdd, kSubtract, kMultiply, kDivide and kModulo. `+` also concatenates strings, byte
// strings and lists. `+` and `-` also work on durations and timestamps. REQUIRES: no errors.
Value Compute(Function function, Value left, Value right, Budget& budget);

}  // namespace cache_invalidation::condition

#endif  // CACHE_INVALIDATION_COMMON_CONDITION_ARITHMETIC_H_
