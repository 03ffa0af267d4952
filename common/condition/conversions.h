#ifndef CACHE_INVALIDATION_COMMON_CONDITION_CONVERSIONS_H_
#define CACHE_INVALIDATION_COMMON_CONDITION_CONVERSIONS_H_

#include <string>

#include "common/condition/budget.h"
#include "common/condition/function.h"
#include "common/condition/value.h"

namespace cache_invalidation::condition {

// Evaluates kToBool, kToBytes, kToDouble, kToDuration, kToDyn, kToInt, kToString, kToTimestamp,
// kToType and kToUint. A value of the wanted type is returned unchanged. The whole of a text must
// parse. A number is truncated towards zero and must fit. REQUIRES: not an error.
Value Convert(Function function, Value value, Budget& budget);

// Returns the shortest text that parses as this number: "0.1", "1000000", "1e+21", "-Infinity",
// "NaN".
std::string FormatDouble(double number);

}  // namespace cache_invalidation::condition

#endif  // CACHE_INVALIDATION_COMMON_CONDITION_CONVERSIONS_H_
