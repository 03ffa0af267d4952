#ifndef CACHE_INVALIDATION_COMMON_CONDITION_COMPARISON_H_
#define CACHE_INVALIDATION_COMMON_CONDITION_COMPARISON_H_

#include <compare>
#include <optional>

#include "common/condition/budget.h"
#include "common/condition/value.h"

namespace cache_invalidation::condition {

// Equals and Compare spend for the bytes and elements they look at; once the budget is exhausted
// what they answer means nothing.

// Whether two values are equal as CEL means it: numbers by their value whatever their type, lists
// element by element, maps key by key, everything else only with its own kind. NaN equals nothing.
//
// Values that have nothing in common are unequal, with one exception: a number that no double holds
// is told as a text by those who know only doubles. An integer equals the text of the same integer
// if that is beyond 2^53 - 1.
//
// An error where nobody knows, unless a difference is found all the same: an argument is an error
// or holds one; a map has keys that are not known; a number that may have been rounded meets its
// double; a number meets a text of more digits than a double has.
Value Equals(Value left, Value right, Budget& budget);

// Whether the value is a number that no double holds for certain, or the text of one: then Equals
// may find it equal to one of the other kind.
bool IsBeyondDouble(Value value, Budget& budget);

// Whether two numbers are the same as doubles though one of them may have been rounded to that:
// then their order is not known.
bool MeetRounded(Value left, Value right);

// The order of two numbers, strings, byte strings, bools, timestamps or durations; nothing for
// other kinds and for two that do not go together. NaN is unordered. An integer meets a double as
// the double nearest to it.
std::optional<std::partial_ordering> Compare(Value left, Value right, Budget& budget);

}  // namespace cache_invalidation::condition

#endif  // CACHE_INVALIDATION_COMMON_CONDITION_COMPARISON_H_
