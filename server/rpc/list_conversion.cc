#include "server/rpc/list_conversion.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "server/rpc/field_error.h"

namespace cache_invalidation::rpc {

absl::Status CheckCount(size_t count, size_t least, size_t most) {
  if (count >= least && count <= most) return absl::OkStatus();
  return absl::InvalidArgumentError(
      least == 0 ? absl::StrCat("expected at most ", most, ", got ", count)
                 : absl::StrCat("expected ", least, " to ", most, ", got ", count));
}

absl::Status CheckEach(absl::string_view field, const ProtoStrings& values,
                       absl::Status (*check)(absl::string_view)) {
  size_t index = 0;
  for (const std::string& value : values) {
    const absl::Status status = check(value);
    if (!status.ok()) return AtElement(field, index, status);
    ++index;
  }
  return absl::OkStatus();
}

absl::Status CheckList(absl::string_view field, const ProtoStrings& values, size_t least,
                       size_t most, absl::Status (*check)(absl::string_view)) {
  const absl::Status count = CheckCount(static_cast<size_t>(values.size()), least, most);
  return count.ok() ? CheckEach(field, values, check) : AtField(field, count);
}

std::vector<absl::string_view> ToViews(const ProtoStrings& values) {
  return {values.begin(), values.end()};
}

void SortToSet(std::vector<std::string>& values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

void FromStrings(const std::vector<std::string>& values, ProtoStrings* proto) {
  proto->Reserve(static_cast<int>(values.size()));
  for (const std::string& value : values) *proto->Add() = value;
}

}  // namespace cache_invalidation::rpc
