// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_COMMON_CONDITION_FUNCTION_H_
#define CACHE_INVALIDATION_COMMON_CONDITION_FUNCTION_H_

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/condition/budget.h"
#include "common/condition/value.h"

namespace cache_invalidation::condition {

// The functions and operators of the language. Names are looked up once, when the text is parsed.
// Operators that control evaluation (`&&`, `||`, `?:`) and indexing are kinds of nodes instead.
enum class Function : uint8_t {
  kUnknown,  // no function has that name; the name is in the node

  // Operators. IsOperator depends on their order.
  kNegate,
  kNot,
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kModulo,
  kEquals,
  kNotEquals,
  kLess,
  kLessEquals,
  kGreater,
  kGreaterEquals,
  kIn,

  // Texts and collections.
  kSize,
  kContains,
  kStartsWith,
  kEndsWith,
  kMatches,

  // Conversions.
  kToBool,
  kToBytes,
  kToDouble,
  kToDuration,
  kToDyn,
  kToInt,
  kToString,
  kToTimestamp,
  kToType,
  kToUint,

  // Parts of timestamps and durations.
  kGetDate,
  kGetDayOfMonth,
  kGetDayOfWeek,
  kGetDayOfYear,
  kGetFullYear,
  kGetHours,
  kGetMilliseconds,
  kGetMinutes,
  kGetMonth,
  kGetSeconds,
};

constexpr bool IsOperator(Function function) {
  return function >= Function::kNegate && function <= Function::kIn;
}

// One way to call a function. A function may have several: `size(x)` and `x.size()`.
struct Signature {
  Function function;
  absl::string_view name;
  bool has_target;  // `x.name(...)` rather than `name(...)`
  uint8_t min_arguments;
  uint8_t max_arguments;  // without the target
};

// Returns the function of that name regardless of its arguments; kUnknown if there is none. Never
// an operator.
Function FindFunction(absl::string_view name);

// The name of the function or operator in the text: "size", "+".
absl::string_view FunctionName(Function function);

// All signatures of functions, sorted by name. No operators.
absl::Span<const Signature> Signatures();

// Whether `function` has such a signature. Always true for operators.
bool IsCallable(Function function, bool has_target, size_t arguments);

// Returns the result of `function` for these arguments; the target, if any, comes first. Errors
// carry no position.
//
// It knows only values, not the expression: the pattern of `matches` is compiled on each call, and
// time zones may only be given as offsets (times.h). The evaluator handles literal patterns and
// zone names itself. REQUIRES: IsCallable holds for the function and the number of arguments; no
// argument is an error.
Value Call(Function function, absl::Span<const Value> arguments, Budget& budget);

// Evaluates kToBool, kToBytes, kToDouble, kToDuration, kToDyn, kToInt, kToString, kToTimestamp,
// kToType and kToUint. A value of the wanted type is returned unchanged. The whole of a text must
// parse. A number is truncated towards zero and must fit. REQUIRES: not an error.
Value Convert(Function function, Value value, Budget& budget);

}  // namespace cache_invalidation::condition

#endif  // CACHE_INVALIDATION_COMMON_CONDITION_FUNCTION_H_
