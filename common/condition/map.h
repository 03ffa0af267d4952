#ifndef CACHE_INVALIDATION_COMMON_CONDITION_MAP_H_
#define CACHE_INVALIDATION_COMMON_CONDITION_MAP_H_

#include <optional>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/condition/budget.h"
#include "common/condition/value.h"

namespace cache_invalidation::condition {

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

#endif  // CACHE_INVALIDATION_COMMON_CONDITION_MAP_H_
