#ifndef CACHE_INVALIDATION_SERVER_RPC_MALFORMED_H_
#define CACHE_INVALIDATION_SERVER_RPC_MALFORMED_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"

namespace cache_invalidation::rpc {

// Why `bytes` could not be parsed as a message of that type: INVALID_ARGUMENT that names the first
// string that is not UTF-8, or says that the encoding is broken. protobuf itself gives no reason.
absl::Status DescribeMalformed(const google::protobuf::Descriptor& type, absl::string_view bytes);

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_MALFORMED_H_
