#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_SUBSCRIPTION_FILTER_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_SUBSCRIPTION_FILTER_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "client/internal/cache/entry_names.h"

namespace cache_invalidation::client::internal {

// Decides which entries a cache with a filtered subscription may keep: those for which it receives
// every invalidation. Immutable, thread-safe.
class SubscriptionFilter {
 public:
  // No filter.
  SubscriptionFilter() = default;

  // As in SubscriptionOptions: an empty list restricts nothing.
  SubscriptionFilter(std::vector<std::string> tags, std::vector<std::string> key_prefixes)
      : tags_(std::move(tags)), key_prefixes_(std::move(key_prefixes)) {}

  bool passes_everything() const { return tags_.empty() && key_prefixes_.empty(); }

  bool Passes(absl::string_view key, const EntryNames& names) const;

 private:
  bool PassesTag(absl::string_view tag) const;
  bool PassesKey(absl::string_view key) const;

  std::vector<std::string> tags_;
  std::vector<std::string> key_prefixes_;
};

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_SUBSCRIPTION_FILTER_H_
