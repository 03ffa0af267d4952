#ifndef CACHE_INVALIDATION_CLIENT_CHANGE_POSTGRESQL_ARRAY_H_
#define CACHE_INVALIDATION_CLIENT_CHANGE_POSTGRESQL_ARRAY_H_

#include <optional>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "common/json_value.h"

namespace cache_invalidation::change {

// Parses the text of a PostgreSQL array, such as {1,NULL,3} or [0:1]={"a,b","q\"x"}, as a list.
// `element` returns the value of an element's text; NULL is null. `delimiter` is that of the
// element's type: ";" for box, "," for all others.
//
// An array of more dimensions is unknown: SQL's ANY and cardinality() look into all of them, `in`
// and size() of a condition into the outer list alone. Returns nothing if the text is not that of
// an array. Pure.
std::optional<JsonValue> ParseArray(absl::string_view text, char delimiter,
                                    absl::FunctionRef<JsonValue(const std::string&)> element);

}  // namespace cache_invalidation::change

#endif  // CACHE_INVALIDATION_CLIENT_CHANGE_POSTGRESQL_ARRAY_H_
