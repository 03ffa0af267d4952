// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_COMMON_CONDITION_MESSAGES_H_
#define CACHE_INVALIDATION_COMMON_CONDITION_MESSAGES_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/condition/budget.h"
#include "common/condition/function.h"
#include "common/condition/value.h"

namespace cache_invalidation::condition {

// A position in a text as messages show it. Both count from 1; columns count code points.
struct SourcePosition {
  uint32_t line = 1;
  uint32_t column = 1;
};

// Returns the position of the byte at `offset`, or of the end if the offset is beyond it.
SourcePosition PositionOf(absl::string_view text, size_t offset);

// Returns INVALID_ARGUMENT "line 1, column 5: " followed by the message. `offset` is that of the
// byte in question.
absl::Status ErrorAt(absl::string_view text, size_t offset, absl::string_view message);

// Quotes a piece of text for a message: in backticks, control characters escaped, truncated.
std::string Quoted(absl::string_view piece);

// Errors of evaluation that more than one function returns. Their messages are allocated from the
// budget.

// The function is not defined for these argument types: "no such overload: int + string", "no such
// overload: size(int)".
Value NoSuchOverload(Function function, absl::Span<const Value> arguments, Budget& budget);
// The same for `what` that is not a Function: "&&", "?:", "has()".
Value NoSuchOverload(absl::string_view what, Value argument, Budget& budget);

// The result is outside the range of its type: "out of range: int + int".
Value OutOfRange(Function function, absl::Span<const Value> arguments, Budget& budget);

// Returns the candidate with the smallest edit distance to `name` (letters changed, added, removed
// or swapped), the first of several. Returns an empty text if the distance exceeds a third of the
// letters of `name`, or one if that is more.
absl::string_view ClosestName(absl::string_view name,
                              absl::Span<const absl::string_view> candidates);

// Formats a value for people, in the syntax of the language: `"a\n"`, `[1, 2u, 3.0]`, `{"a":
// null}`, `timestamp("2009-02-13T23:31:30Z")`, `int`. An error is formatted as its message. A
// number given by its text in JSON keeps that text. Unknown values and open maps, for which there
// is no syntax, are formatted as `{"a": unknown, *: unknown}`.
//
// The result is one line. If it would be much longer than `max_bytes`, it is truncated with "..."
// and the rest of the value is not visited.
std::string ValueText(Value value, size_t max_bytes);

}  // namespace cache_invalidation::condition

#endif  // CACHE_INVALIDATION_COMMON_CONDITION_MESSAGES_H_
