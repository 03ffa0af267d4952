#ifndef CACHE_INVALIDATION_COMMON_CONDITION_VALUE_TEXT_H_
#define CACHE_INVALIDATION_COMMON_CONDITION_VALUE_TEXT_H_

#include <cstddef>
#include <string>

#include "common/condition/value.h"

namespace cache_invalidation::condition {

// The value as a condition would spell it, for people: `"a\n"`, `[1, 2u, 3.0]`, `{"a": null}`,
// `timestamp("2009-02-13T23:31:30Z")`, `int`. Of an error, its message. Within JSON a number is
// told by its text, and what no condition could spell as in `{"a": unknown, *: unknown}`, an open
// map.
//
// One line. It ends in "..." where it would be much longer than `max_bytes`, and nothing behind
// that is looked at.
std::string ValueText(Value value, size_t max_bytes);

}  // namespace cache_invalidation::condition

#endif  // CACHE_INVALIDATION_COMMON_CONDITION_VALUE_TEXT_H_
