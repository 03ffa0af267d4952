#ifndef CACHE_INVALIDATION_COMMON_CONDITION_MAP_H_
#define CACHE_INVALIDATION_COMMON_CONDITION_MAP_H_

#include <optional>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/condition/budget.h"
#include "common/condition/value.h"

namespace cache_invalidation::condition {

// Maps are kept in order of their keys: false, true, the integers, the strings bytewise. An int and
// a uint of the same value are the same key.

// The map of these entries, which are sorted in place and must live as long as it does. An error
// for a key that is no bool, integer or string, and for one that stands there twice.
Value MakeMap(absl::Span<MapEntry> entries, Budget& budget);

// Whether nobody can doubt which keys the map has: it is not open, and no value in it is unknown,
// because what is not known may be absent. REQUIRES: a map.
bool KeysAreKnown(Value map, Budget& budget);

// The key that a value stands for: itself, or the integer that a double is. Nothing for other kinds
// and for a double that may have been rounded.
std::optional<Value> KeyOf(Value value);

// The value under that key; nothing if there is none, Value::Unknown() if nobody knows whether
// there is one. What stands for no key finds nothing. REQUIRES: a map.
std::optional<Value> Find(Value map, Value key);
std::optional<Value> Find(Value map, absl::string_view key);

}  // namespace cache_invalidation::condition

#endif  // CACHE_INVALIDATION_COMMON_CONDITION_MAP_H_
