#ifndef CACHE_INVALIDATION_COMMON_CONDITION_ERRORS_H_
#define CACHE_INVALIDATION_COMMON_CONDITION_ERRORS_H_

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/condition/budget.h"
#include "common/condition/function.h"
#include "common/condition/value.h"

namespace cache_invalidation::condition {

// The errors that more than one function ends in. Messages are made in the budget's memory.

// "no such overload: int + string", "no such overload: size(int)": these arguments, in this order,
// are nothing the function knows.
Value NoSuchOverload(Function function, absl::Span<const Value> arguments, Budget& budget);
// The same for what is no function: "&&", "?:", "has".
Value NoSuchOverload(absl::string_view what, Value argument, Budget& budget);

// The result is beyond its type: "out of range: int + int".
Value OutOfRange(Function function, absl::Span<const Value> arguments, Budget& budget);

}  // namespace cache_invalidation::condition

#endif  // CACHE_INVALIDATION_COMMON_CONDITION_ERRORS_H_
