#ifndef CACHE_INVALIDATION_COMMON_CONDITION_FUNCTION_H_
#define CACHE_INVALIDATION_COMMON_CONDITION_FUNCTION_H_

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace cache_invalidation::condition {

// What a call calls. Found once, when the text is parsed: evaluation never compares names.
// Operators that take part in control (`&&`, `||`, `?:`) and indexing are kinds of nodes instead.
enum class Function : uint8_t {
  kUnknown,  // no function of that name; the node has the name

  // Operators, in this order first: IsOperator.
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

// How a function may be called. A function may have several: `size(x)` and `x.size()`.
struct Signature {
  Function function;
  absl::string_view name;
  bool has_target;  // `x.name(...)` rather than `name(...)`
  uint8_t min_arguments;
  uint8_t max_arguments;  // the target is not counted
};

// The function of that name, whatever its arguments; kUnknown if there is none. Never an operator.
Function FindFunction(absl::string_view name);

// The name as it is called, or the operator as it is written: "size", "+".
absl::string_view FunctionName(Function function);

// Every way in which the functions may be called, in order of the names; no operators.
absl::Span<const Signature> Signatures();

// Whether `function` may be called so. Of operators, always.
bool IsCallable(Function function, bool has_target, size_t arguments);

}  // namespace cache_invalidation::condition

#endif  // CACHE_INVALIDATION_COMMON_CONDITION_FUNCTION_H_
