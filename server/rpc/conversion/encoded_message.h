// SPDX-License-Identifier: Apache-2.0

// Messages as bytes: gRPC's buffers, and the checks of a request before it is parsed; errors as
// gRPC's status.

#ifndef CACHE_INVALIDATION_SERVER_RPC_CONVERSION_ENCODED_MESSAGE_H_
#define CACHE_INVALIDATION_SERVER_RPC_CONVERSION_ENCODED_MESSAGE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/slice.h"
#include "grpcpp/support/status.h"

namespace cache_invalidation::rpc {

// Makes the byte buffers passed to gRPC. Use these functions only: writing a buffer without content
// aborts the process, and so does serializing into one that has content.

// Returns a new buffer with the encoding of `message`; valid even if that is empty.
grpc::ByteBuffer ToByteBuffer(const google::protobuf::MessageLite& message);

// Returns a new buffer of these slices in order. REQUIRES: at least one.
grpc::ByteBuffer ToByteBuffer(absl::Span<const grpc::Slice> slices);

// Returns a slice that is a view of `bytes`, which `owner` keeps alive as long as gRPC needs them.
grpc::Slice ToSlice(std::shared_ptr<const void> owner, absl::string_view bytes);

// The bytes of a received buffer in one piece. Owns them (usually a reference to what gRPC
// received).
//
// Thread-compatible.
class ReceivedBytes {
 public:
  // REQUIRES: the buffer is valid, which that of a call without a message is not.
  explicit ReceivedBytes(const grpc::ByteBuffer& buffer);

  absl::string_view view() const {
    return absl::string_view(reinterpret_cast<const char*>(slice_.begin()), slice_.size());
  }

 private:
  grpc::Slice slice_;
};

// The only conversion of our errors to gRPC's. The codes have the same numbers; a message is cut at
// 1 KiB, because it is sent in a header.
grpc::Status ToGrpcStatus(const absl::Status& status);

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

// Parses a message. Fails with DescribeMalformed.
absl::Status ParseMessage(absl::string_view bytes, google::protobuf::Message& message);
// CheckElements, then ParseMessage.
absl::Status ParseRequest(absl::string_view bytes, google::protobuf::Message& request);

// Stops protobuf from writing a line to standard error for every malformed request: the error is
// returned to the caller, and only the caller can act on it. Affects the whole process; call it in
// main().
void KeepParserQuiet();

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_CONVERSION_ENCODED_MESSAGE_H_
