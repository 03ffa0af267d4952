#ifndef CACHE_INVALIDATION_SERVER_RPC_LIST_CONVERSION_H_
#define CACHE_INVALIDATION_SERVER_RPC_LIST_CONVERSION_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/repeated_ptr_field.h"

namespace cache_invalidation::rpc {

// Lists of names in requests and responses.

using ProtoStrings = google::protobuf::RepeatedPtrField<std::string>;

// Fails with INVALID_ARGUMENT, without a path, unless `count` is between `least` and `most`.
absl::Status CheckCount(size_t count, size_t least, size_t most);

// Applies a check of common/names.h to every element; the error names the element.
absl::Status CheckEach(absl::string_view field, const ProtoStrings& values,
                       absl::Status (*check)(absl::string_view));

// Both. The count is checked first, so a list over its limit is not walked.
absl::Status CheckList(absl::string_view field, const ProtoStrings& values, size_t least,
                       size_t most, absl::Status (*check)(absl::string_view));

// The elements in order, as views into `values`.
std::vector<absl::string_view> ToViews(const ProtoStrings& values);

// Sorts the elements and drops repeated ones.
void SortToSet(std::vector<std::string>& values);

void FromStrings(const std::vector<std::string>& values, ProtoStrings* proto);

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_LIST_CONVERSION_H_
