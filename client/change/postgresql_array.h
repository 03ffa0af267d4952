#ifndef CACHE_INVALIDATION_CLIENT_CHANGE_POSTGRESQL_ARRAY_H_
#define CACHE_INVALIDATION_CLIENT_CHANGE_POSTGRESQL_ARRAY_H_

#include <optional>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "common/json_value.h"

namespace cache_invalidation::change {

// Parses the text of a PostgreSQL array, such as {1,NULL,3}, {{"a,b",c},{d,"q\"x"}} or
// [0:1]={7,8}, to a list of lists. `element` returns the value of an element's text; NULL becomes
// null. `delimiter` is that of the element's type: ";" for box, "," for all others.
//
// Returns nothing if the text is malformed. Pure.
std::optional<JsonValue> ParseArray(absl::string_view text, char delimiter,
                                    absl::FunctionRef<JsonValue(const std::string&)> element);

}  // namespace cache_invalidation::change

#endif  // CACHE_INVALIDATION_CLIENT_CHANGE_POSTGRESQL_ARRAY_H_
