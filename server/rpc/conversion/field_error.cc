#include "server/rpc/conversion/field_error.h"

#include "absl/strings/str_cat.h"

namespace cache_invalidation::rpc {

absl::Status AtField(absl::string_view field, const absl::Status& status) {
  if (status.ok()) return status;
  return absl::Status(status.code(), absl::StrCat(field, ": ", status.message()));
}

absl::Status AtElement(absl::string_view field, size_t index, const absl::Status& status) {
  if (status.ok()) return status;
  return absl::Status(status.code(), absl::StrCat(field, "[", index, "]: ", status.message()));
}

absl::Status InField(absl::string_view field, const absl::Status& status) {
  if (status.ok()) return status;
  return absl::Status(status.code(), absl::StrCat(field, ".", status.message()));
}

absl::Status InElement(absl::string_view field, size_t index, const absl::Status& status) {
  if (status.ok()) return status;
  return absl::Status(status.code(), absl::StrCat(field, "[", index, "].", status.message()));
}

}  // namespace cache_invalidation::rpc
