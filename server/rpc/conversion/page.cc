#include "server/rpc/conversion/page.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/limits.h"
#include "server/rpc/conversion/field_error.h"

namespace cache_invalidation::rpc {

std::string MakePageToken(const ListIdentity& identity, internal::v1::PageToken last_item) {
  last_item.set_list(std::string(identity.list));
  last_item.set_namespace_(std::string(identity.namespace_name));
  last_item.set_filter(identity.filter);
  return absl::WebSafeBase64Escape(last_item.SerializeAsString());
}

absl::StatusOr<const internal::v1::PageToken*> ReadPageToken(const ListIdentity& identity,
                                                             absl::string_view token,
                                                             google::protobuf::Arena& arena) {
  auto* read = google::protobuf::Arena::CreateMessage<internal::v1::PageToken>(&arena);
  if (token.empty()) return read;
  std::string bytes;
  const bool ours =
      token.size() <= kMaxPageTokenBytes && absl::WebSafeBase64Unescape(token, &bytes) &&
      read->ParseFromString(bytes) && read->list() == identity.list &&
      read->namespace_() == identity.namespace_name && read->filter() == identity.filter;
  if (ours) return read;
  return AtField("page_token",
                 absl::InvalidArgumentError(
                     "expected the next_page_token of a call with the same parameters"));
}

absl::StatusOr<uint32_t> ToPageLimit(int32_t page_size) {
  if (page_size < 0) {
    return AtField("page_size",
                   absl::InvalidArgumentError(absl::StrCat("expected 0 or more, got ", page_size)));
  }
  if (page_size == 0) return kDefaultPageSize;
  return std::min(static_cast<uint32_t>(page_size), kMaxPageSize);
}

}  // namespace cache_invalidation::rpc
