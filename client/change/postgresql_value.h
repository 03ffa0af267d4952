#ifndef CACHE_INVALIDATION_CLIENT_CHANGE_POSTGRESQL_VALUE_H_
#define CACHE_INVALIDATION_CLIENT_CHANGE_POSTGRESQL_VALUE_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "common/json_value.h"

namespace cache_invalidation::change {

// What a text that PostgreSQL wrote for a value of a type means in a context.
// docs/change-mapping.md has the table of types. What is not understood is unknown, so that it
// widens. The text of a tag made of the value is PostgreSQL's own. Pure.
//
//   PostgresqlValue("integer[]", "{1,2}")     the list 1, 2
//   PostgresqlValue("numeric(4,1)", "2.0")    JsonValue::Number("2.0")
//   PostgresqlValue("point", "(1,2)")         JsonValue::Unknown()
JsonValue PostgresqlValue(absl::string_view type, const std::string& text);

// The text of a value as part of an id, the same whichever way it was read: `true` and `false` for
// booleans, no `\x` in front of bytea, every other type as it is. Nothing if a reader of the
// database may see another text: `t` and `f` of a type that may be a domain over boolean, and types
// whose text depends on settings (money, regclass).
std::optional<std::string> PostgresqlKeyText(absl::string_view type, const std::string& text);

// Whether wal2json writes null for some values of the type that are not NULL: NaN and infinities of
// numeric, float4 and float8. True for a type that is not known.
bool HasValuesWithoutJson(absl::string_view type);

}  // namespace cache_invalidation::change

#endif  // CACHE_INVALIDATION_CLIENT_CHANGE_POSTGRESQL_VALUE_H_
