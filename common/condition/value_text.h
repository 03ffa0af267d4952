#ifndef CACHE_INVALIDATION_COMMON_CONDITION_VALUE_TEXT_H_
#define CACHE_INVALIDATION_COMMON_CONDITION_VALUE_TEXT_H_

#include <cstddef>
#include <string>

#include "common/condition/value.h"

namespace cache_invalidation::condition {

// Formats a value for people, in the syntax of the language: `"a\n"`, `[1, 2u, 3.0]`, `{"a":
// null}`, `timestamp("2009-02-13T23:31:30Z")`, `int`. An error is formatted as its message. A
// number given by its text in JSON keeps that text. Unknown values and open maps, for which there
// is no syntax, are formatted as `{"a": unknown, *: unknown}`.
//
// The result is one line. If it would be much longer than `max_bytes`, it is truncated with "..."
// and the rest of the value is not visited.
std::string ValueText(Value value, size_t max_bytes);

}  // namespace cache_invalidation::condition

#endif  // CACHE_INVALIDATION_COMMON_CONDITION_VALUE_TEXT_H_
