#ifndef CACHE_INVALIDATION_SERVER_RPC_CONVERSION_PAGE_H_
#define CACHE_INVALIDATION_SERVER_RPC_CONVERSION_PAGE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/limits.h"
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

// Fills a page of a response with the first items, as many as fit in kMaxAnswerBytes together, but
// at least one. Returns their number. `fill` writes an item into a message of the page.
template <typename Item, typename Page, typename Fill>
size_t FillPage(const std::vector<Item>& items, Page* page, Fill fill) {
  size_t bytes = 0;
  for (size_t i = 0; i < items.size(); ++i) {
    fill(items[i], page->Add());
    bytes += page->Get(static_cast<int>(i)).ByteSizeLong();
    if (bytes <= kMaxAnswerBytes || i == 0) continue;
    page->RemoveLast();
    return i;
  }
  return items.size();
}

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_CONVERSION_PAGE_H_
