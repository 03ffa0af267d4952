// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_CHANGE_POSTGRESQL_VALUE_H_
#define CACHE_INVALIDATION_CLIENT_CHANGE_POSTGRESQL_VALUE_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "common/json_value.h"

namespace cache_invalidation::change {

// Converts the text that PostgreSQL writes for a value of the type to a value of a context.
// docs/change-mapping.md has the table of types. A text that is not understood becomes Unknown,
// which widens. A tag made from the value has PostgreSQL's own text. Pure.
//
//   PostgresqlValue("integer[]", "{1,2}")     the list 1, 2
//   PostgresqlValue("numeric(4,1)", "2.0")    JsonValue::Number("2.0")
//   PostgresqlValue("point", "(1,2)")         JsonValue::Unknown()
JsonValue PostgresqlValue(absl::string_view type, const std::string& text);

// Returns the text of a value as part of an id, the same for every reader of the log: `true` and
// `false` for booleans, bytea without the leading `\x`, any other type unchanged. Returns nothing
// if a reader of the database can see another text: `t` and `f` of a type that may be a domain over
// boolean, and types whose text depends on settings (money, regclass).
std::optional<std::string> PostgresqlKeyText(absl::string_view type, const std::string& text);

// Whether wal2json writes null for some values of the type other than NULL: NaN and infinities of
// numeric, float4 and float8. True for an unknown type.
bool HasValuesWithoutJson(absl::string_view type);

}  // namespace cache_invalidation::change

#endif  // CACHE_INVALIDATION_CLIENT_CHANGE_POSTGRESQL_VALUE_H_
