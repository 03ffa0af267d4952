#ifndef CACHE_INVALIDATION_COMMON_CONDITION_ERRORS_H_
#define CACHE_INVALIDATION_COMMON_CONDITION_ERRORS_H_

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/condition/budget.h"
#include "common/condition/function.h"
#include "common/condition/value.h"

namespace cache_invalidation::condition {

// Where in a text, for people: both from 1, columns in code points.
struct SourcePosition {
  uint32_t line = 1;
  uint32_t column = 1;
};

// The position of the byte at `offset`; of the end for an offset beyond it.
SourcePosition PositionOf(absl::string_view text, size_t offset);

// INVALID_ARGUMENT "line 1, column 5: " and the message. `offset`: of the byte it is about.
absl::Status ErrorAt(absl::string_view text, size_t offset, absl::string_view message);

// A piece of a text as it stands in a message: between backticks, on one line, shortened.
std::string Quoted(absl::string_view piece);

// The errors that more than one function ends in. Messages are made in the budget's memory.

// "no such overload: int + string", "no such overload: size(int)": these arguments, in this order,
// are nothing the function knows.
Value NoSuchOverload(Function function, absl::Span<const Value> arguments, Budget& budget);
// The same for what is no function: "&&", "?:", "has".
Value NoSuchOverload(absl::string_view what, Value argument, Budget& budget);

// The result is beyond its type: "out of range: int + int".
Value OutOfRange(Function function, absl::Span<const Value> arguments, Budget& budget);

// The candidate that somebody who wrote `name` may have meant: the one that fewest letters have to
// be changed, added, left out or swapped for, the first of several. Empty if none is close, which
// is a third of the letters.
absl::string_view ClosestName(absl::string_view name,
                              absl::Span<const absl::string_view> candidates);

}  // namespace cache_invalidation::condition

#endif  // CACHE_INVALIDATION_COMMON_CONDITION_ERRORS_H_
