#ifndef CACHE_INVALIDATION_SERVER_RPC_PAGE_H_
#define CACHE_INVALIDATION_SERVER_RPC_PAGE_H_

#include <cstddef>
#include <vector>

#include "common/limits.h"

namespace cache_invalidation::rpc {

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

#endif  // CACHE_INVALIDATION_SERVER_RPC_PAGE_H_
