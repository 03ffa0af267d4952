#ifndef CACHE_INVALIDATION_SERVER_RPC_CONVERSION_FIELD_ERROR_H_
#define CACHE_INVALIDATION_SERVER_RPC_CONVERSION_FIELD_ERROR_H_

#include <cstddef>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace cache_invalidation::rpc {

// Prepend the path of a field to an error about it. The path is built while returning, so a request
// without errors pays nothing for it: OK stays OK, and the code of an error is kept.
//
//   InField("rule", AtElement("invalidate_tags", 2, CheckTag(tag)))
//
// gives `rule.invalidate_tags[2]: expected 1 to 1024 bytes ...`.

// For the value of the field itself: `field: message`.
absl::Status AtField(absl::string_view field, const absl::Status& status);
// For an element of a repeated field: `field[index]: message`.
absl::Status AtElement(absl::string_view field, size_t index, const absl::Status& status);

// For something inside the field whose path begins the message: `field.message`.
absl::Status InField(absl::string_view field, const absl::Status& status);
// For something inside an element: `field[index].message`.
absl::Status InElement(absl::string_view field, size_t index, const absl::Status& status);

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_CONVERSION_FIELD_ERROR_H_
