#ifndef CACHE_INVALIDATION_COMMON_WRITE_EVENT_H_
#define CACHE_INVALIDATION_COMMON_WRITE_EVENT_H_

#include <vector>

#include "absl/strings/string_view.h"
#include "common/json_value.h"

namespace cache_invalidation {

// One written row, as rules and conditions see it. Owns nothing; v1.WriteEvent documents the
// fields. An empty id concerns the whole type.
struct WriteEvent {
  absl::string_view resource_type = {};
  absl::string_view resource_id = {};
  absl::string_view operation = {};
  std::vector<absl::string_view> tags = {};
  // Decoded when it is first read. Null: an empty object.
  const JsonSource* context = nullptr;
};

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_COMMON_WRITE_EVENT_H_
