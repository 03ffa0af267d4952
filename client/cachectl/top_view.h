// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_CACHECTL_TOP_VIEW_H_
#define CACHE_INVALIDATION_CLIENT_CACHECTL_TOP_VIEW_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "client/stats.h"
#include "client/subscriber.h"

namespace cache_invalidation::cachectl {

// What `top` knows at one moment. Value types.
struct NamespaceLoad {
  std::string name = {};
  client::InvalidationStats stats = {};
  std::vector<client::Subscriber> subscribers = {};
};

struct LoadSample {
  absl::Duration at = {};  // Clock::Monotonic
  std::vector<NamespaceLoad> namespaces = {};
};

// Rules and subscribers that are shown.
inline constexpr size_t kTopRows = 10;

// Returns the tables of `top`: each namespace, the rules that fired most often per second, the
// subscribers that are furthest behind. Rates are those between the samples; "-" where there is no
// earlier one, or where a counter went backwards or the epoch is another one, because the service
// was restarted or the namespace was deleted.
std::string TopView(const LoadSample& before, const LoadSample& now);

}  // namespace cache_invalidation::cachectl

#endif  // CACHE_INVALIDATION_CLIENT_CACHECTL_TOP_VIEW_H_
