// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_COMMON_CONDITION_COMPARISON_H_
#define CACHE_INVALIDATION_COMMON_CONDITION_COMPARISON_H_

#include <compare>
#include <optional>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/condition/budget.h"
#include "common/condition/value.h"

namespace cache_invalidation::condition {

// Equals and Compare spend for the bytes and elements they visit. Their result is meaningless once
// the budget is exhausted.

// Whether two values are equal in CEL's sense: numbers by value regardless of their type, lists
// element by element, maps key by key, all others only within their own kind. NaN equals nothing.
//
// Values of different kinds are unequal, with one exception: writers that have only doubles send a
// number that no double holds as text. An integer beyond 2^53 - 1 therefore equals the text of the
// same integer.
//
// Returns an error if the result is unknown, unless a difference is found anyway: an argument is or
// contains an error; a map has unknown keys; a number that may have been rounded is compared with
// the same double; a number is compared with text that has more digits than a double.
Value Equals(Value left, Value right, Budget& budget);

// Whether the value is a number that a double may not hold exactly, or the text of one. Equals may
// find such a number equal to such a text.
bool IsBeyondDouble(Value value, Budget& budget);

// Whether two numbers are equal as doubles and one of them may have been rounded. Their order is
// then unknown.
bool MeetRounded(Value left, Value right);

// Returns the order of two numbers, strings, byte strings, bools, timestamps or durations; nullopt
// for other kinds and for two different kinds. NaN is unordered. An integer is compared with a
// double as the double nearest to it.
std::optional<std::partial_ordering> Compare(Value left, Value right, Budget& budget);

// Maps are sorted by key: false, true, integers, then strings bytewise. An int and a uint of the
// same value are the same key.

// Returns the map of these entries, which are sorted in place and must outlive it. Returns an error
// if a key is not a bool, integer or string, or occurs twice.
Value MakeMap(absl::Span<MapEntry> entries, Budget& budget);

// Whether the set of keys is known: the map is not open, and no value in it is unknown, since an
// unknown value may be absent. REQUIRES: a map.
bool KeysAreKnown(Value map, Budget& budget);

// Returns the value as a key: itself, or the integer that a double equals. Returns nullopt for
// kinds that cannot be keys and for a double that may have been rounded.
std::optional<Value> KeyOf(Value value);

// Returns the value for the key; nullopt if there is none or `key` cannot be a key;
// Value::Unknown() if it is not known whether there is one. REQUIRES: a map.
std::optional<Value> Find(Value map, Value key);
std::optional<Value> Find(Value map, absl::string_view key);

}  // namespace cache_invalidation::condition

#endif  // CACHE_INVALIDATION_COMMON_CONDITION_COMPARISON_H_
