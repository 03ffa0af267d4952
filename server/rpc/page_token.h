#ifndef CACHE_INVALIDATION_SERVER_RPC_PAGE_TOKEN_H_
#define CACHE_INVALIDATION_SERVER_RPC_PAGE_TOKEN_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/arena.h"
#include "protos/internal/v1/page_token.pb.h"

namespace cache_invalidation::rpc {

// What a list call asks for besides the page. A token belongs to one of these.
struct ListIdentity {
  absl::string_view list;  // which call
  absl::string_view namespace_name;
  std::string filter;  // its other parameters
};

// The token as text that says nothing to its reader. Fills in the identity.
std::string MakePageToken(const ListIdentity& identity, internal::v1::PageToken last_item);

// The last item of the page before, on the arena; the default message for an empty token.
// INVALID_ARGUMENT for a token that is none, or that another list gave.
absl::StatusOr<const internal::v1::PageToken*> ReadPageToken(const ListIdentity& identity,
                                                             absl::string_view token,
                                                             google::protobuf::Arena& arena);

// 0 means the default, too many means the maximum. INVALID_ARGUMENT if negative.
absl::StatusOr<uint32_t> ToPageLimit(int32_t page_size);

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_PAGE_TOKEN_H_
