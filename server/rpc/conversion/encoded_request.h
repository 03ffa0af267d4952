// What is done with the bytes of a request besides parsing them.

#ifndef CACHE_INVALIDATION_SERVER_RPC_CONVERSION_ENCODED_REQUEST_H_
#define CACHE_INVALIDATION_SERVER_RPC_CONVERSION_ENCODED_REQUEST_H_

#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"

namespace cache_invalidation::rpc {

// Why `bytes` could not be parsed as a message of that type: INVALID_ARGUMENT that names the first
// string that is not UTF-8, or says that the encoding is broken. protobuf itself gives no reason.
absl::Status DescribeMalformed(const google::protobuf::Descriptor& type, absl::string_view bytes);

// Counts the elements of encoded messages before they are parsed: an element of two bytes takes a
// hundred bytes once parsed, and correspondingly longer.

// Returns the number of elements of the repeated field. Absent if the message cannot be walked: it
// is malformed or has a group, which protobuf would treat as an unknown field.
std::optional<size_t> CountElements(absl::string_view bytes, uint32_t field);

// Fails with INVALID_ARGUMENT, with the path of the field if there is one, if the request
//   - has far more elements in a list than any request may have, or as many messages in lists at
//     any depth; the exact limit of each list is checked by its conversion;
//   - has more fields than any request may have, including those of nested messages;
//   - is large enough for the above and cannot be walked.
// Costs nothing for requests of some kilobytes, and one pass over the lists of larger ones.
absl::Status CheckElements(const google::protobuf::Descriptor& type, absl::string_view bytes);

// Stops protobuf from writing a line to standard error for every malformed request: the error is
// returned to the caller, and only the caller can act on it. Affects the whole process; call it in
// main().
void KeepParserQuiet();

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_CONVERSION_ENCODED_REQUEST_H_
