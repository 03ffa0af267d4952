#ifndef CACHE_INVALIDATION_COMMON_CONDITION_CONVERSIONS_H_
#define CACHE_INVALIDATION_COMMON_CONDITION_CONVERSIONS_H_

#include <string>

#include "common/condition/budget.h"
#include "common/condition/function.h"
#include "common/condition/value.h"

namespace cache_invalidation::condition {

// Of kToBool, kToBytes, kToDouble, kToDuration, kToDyn, kToInt, kToString, kToTimestamp, kToType
// and kToUint. A value of the wanted type stays as it is; a text must be read as a whole; a number
// is cut towards zero and must fit. REQUIRES: not an error.
Value Convert(Function function, Value value, Budget& budget);

// The shortest text that reads as this number again: "0.1", "1000000", "1e+21", "-Infinity", "NaN".
std::string FormatDouble(double number);

}  // namespace cache_invalidation::condition

#endif  // CACHE_INVALIDATION_COMMON_CONDITION_CONVERSIONS_H_
