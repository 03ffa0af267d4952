#ifndef CACHE_INVALIDATION_SERVER_RPC_ELEMENT_COUNT_H_
#define CACHE_INVALIDATION_SERVER_RPC_ELEMENT_COUNT_H_

#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "google/protobuf/descriptor.h"

namespace cache_invalidation::rpc {

// Counts what encoded messages hold before anybody parses them: an element of two bytes takes a
// hundred once it is parsed, and as much longer.

// How many elements the repeated field has. Absent if the message cannot be walked: it is
// malformed, or has a group, which protobuf would take for a field that it does not know.
absl::optional<size_t> CountElements(absl::string_view bytes, uint32_t field);

// INVALID_ARGUMENT, with the path of the field if there is one, if the request
//   - has far more elements in a list than any request may have, or as many messages in lists at
//   any depth; how many each list may have is checked when it is converted;
//   - has more fields than any request may have, those of messages in it included;
//   - is so large that it could have, and cannot be walked.
// Costs nothing for requests of some kilobytes, and one look at the lists of larger ones.
absl::Status CheckElements(const google::protobuf::Descriptor& type, absl::string_view bytes);

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_ELEMENT_COUNT_H_
