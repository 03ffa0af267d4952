#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_CONVERSION_REPEATED_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_CONVERSION_REPEATED_H_

#include <string>
#include <vector>

#include "google/protobuf/repeated_ptr_field.h"

namespace cache_invalidation::client::internal {

// Lists of strings to and from messages.

inline void ToProto(const std::vector<std::string>& in,
                    google::protobuf::RepeatedPtrField<std::string>* out) {
  out->Assign(in.begin(), in.end());
}

inline std::vector<std::string> FromProto(
    const google::protobuf::RepeatedPtrField<std::string>& in) {
  return {in.begin(), in.end()};
}

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_CONVERSION_REPEATED_H_
