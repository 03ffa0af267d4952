#ifndef CACHE_INVALIDATION_SERVER_RPC_PAGE_TOKEN_H_
#define CACHE_INVALIDATION_SERVER_RPC_PAGE_TOKEN_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/arena.h"
#include "protos/internal/v1/page_token.pb.h"

namespace cache_invalidation::rpc {

// What a list call requests besides the page. A token is valid only for the same identity.
struct ListIdentity {
  absl::string_view list;  // the name of the call
  absl::string_view namespace_name;
  std::string filter;  // its other parameters
};

// Returns the token as opaque text, with the identity filled in.
std::string MakePageToken(const ListIdentity& identity, internal::v1::PageToken last_item);

// Returns the last item of the page before, on the arena; the default message for an empty token.
// Fails with INVALID_ARGUMENT if the token is malformed or was returned by another list.
absl::StatusOr<const internal::v1::PageToken*> ReadPageToken(const ListIdentity& identity,
                                                             absl::string_view token,
                                                             google::protobuf::Arena& arena);

// 0 means the default, too large a number the maximum. Fails with INVALID_ARGUMENT if negative.
absl::StatusOr<uint32_t> ToPageLimit(int32_t page_size);

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_PAGE_TOKEN_H_
