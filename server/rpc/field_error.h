#ifndef CACHE_INVALIDATION_SERVER_RPC_FIELD_ERROR_H_
#define CACHE_INVALIDATION_SERVER_RPC_FIELD_ERROR_H_

#include <cstddef>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace cache_invalidation::rpc {

// Puts the path of a field in front of what is wrong with it. The path grows on the way out, so a
// request without errors pays nothing for it: OK stays OK, and so does the code of an error.
//
//   InField("rule", AtElement("invalidate_tags", 2, CheckTag(tag)))
//
// reads `rule.invalidate_tags[2]: expected 1 to 1024 bytes ...`.

// About the value of the field itself: `field: message`.
absl::Status AtField(absl::string_view field, const absl::Status& status);
// About an element of a repeated field: `field[index]: message`.
absl::Status AtElement(absl::string_view field, size_t index, const absl::Status& status);

// About something inside the field, whose path the message begins with: `field.message`.
absl::Status InField(absl::string_view field, const absl::Status& status);
// About something inside an element: `field[index].message`.
absl::Status InElement(absl::string_view field, size_t index, const absl::Status& status);

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_FIELD_ERROR_H_
