#ifndef CACHE_INVALIDATION_COMMON_CONDITION_COMPARISON_H_
#define CACHE_INVALIDATION_COMMON_CONDITION_COMPARISON_H_

#include <compare>
#include <optional>

#include "common/condition/budget.h"
#include "common/condition/value.h"

namespace cache_invalidation::condition {

// Neither takes an error for an argument, and neither gives one: values that have nothing in common
// are unequal, and have no order. Both spend for the bytes and elements they look at; once the
// budget is exhausted what they answer means nothing.

// Whether two values are equal as CEL means it: numbers by their value whatever their type, lists
// element by element, maps key by key, everything else only with its own kind. NaN equals nothing.
bool Equals(Value left, Value right, Budget& budget);

// The order of two numbers, strings, byte strings, bools, timestamps or durations; nothing for
// other kinds and for two that do not go together. NaN is unordered. An integer meets a double as
// the double nearest to it.
std::optional<std::partial_ordering> Compare(Value left, Value right, Budget& budget);

}  // namespace cache_invalidation::condition

#endif  // CACHE_INVALIDATION_COMMON_CONDITION_COMPARISON_H_
