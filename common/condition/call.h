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
// time zones may only be given as offsets (times.h). The evaluator handles literal
// patterns and zone names itself. REQUIRES: IsCallable holds for the function and the number of
// arguments; no argument is an error.
Value Call(Function function, absl::Span<const Value> arguments, Budget& budget);

// Arithmetic operators. Both operands have the same type; numbers are never converted. A result
// outside the range of that type is an error, and so is division by zero. Doubles follow IEEE 754
// instead.

// Evaluates kNegate. REQUIRES: not an error.
Value Negate(Value operand, Budget& budget);

// Evaluates kAdd, kSubtract, kMultiply, kDivide and kModulo. `+` also concatenates strings, byte
// strings and lists. `+` and `-` also work on durations and timestamps. REQUIRES: no errors.
Value Compute(Function function, Value left, Value right, Budget& budget);

// Evaluates kToBool, kToBytes, kToDouble, kToDuration, kToDyn, kToInt, kToString, kToTimestamp,
// kToType and kToUint. A value of the wanted type is returned unchanged. The whole of a text must
// parse. A number is truncated towards zero and must fit. REQUIRES: not an error.
Value Convert(Function function, Value value, Budget& budget);

}  // namespace cache_invalidation::condition

#endif  // CACHE_INVALIDATION_COMMON_CONDITION_CALL_H_
