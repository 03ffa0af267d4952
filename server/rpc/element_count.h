#ifndef CACHE_INVALIDATION_SERVER_RPC_ELEMENT_COUNT_H_
#define CACHE_INVALIDATION_SERVER_RPC_ELEMENT_COUNT_H_

#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"

namespace cache_invalidation::rpc {

// Counts elements in encoded messages before anybody parses them: an element of two bytes takes a
// hundred once it is parsed, and as much longer. A message that is malformed counts as far as it
// can be read.

// How many elements the repeated field has.
size_t CountElements(absl::string_view bytes, uint32_t field);

// INVALID_ARGUMENT, naming the field, if a repeated field of the request has far more elements than
// any request may have; how many each may have is checked when it is converted.
absl::Status CheckElements(const google::protobuf::Descriptor& type, absl::string_view bytes);

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_ELEMENT_COUNT_H_
