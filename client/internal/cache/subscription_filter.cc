#include "client/internal/cache/subscription_filter.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "common/tag.h"

namespace cache_invalidation::client::internal {

bool SubscriptionFilter::Passes(absl::string_view key, const EntryNames& names) const {
  return PassesKey(key) &&
         std::all_of(names.keys.begin(), names.keys.end(),
                     [this](const std::string& other) { return PassesKey(other); }) &&
         std::all_of(names.tags.begin(), names.tags.end(),
                     [this](const std::string& tag) { return PassesTag(tag); });
}

// If a tag passes, so does every tag above it. So every invalidation through the tag is delivered.
bool SubscriptionFilter::PassesTag(absl::string_view tag) const {
  return tags_.empty() || std::any_of(tags_.begin(), tags_.end(), [&](const std::string& own) {
           return IsSelfOrAncestor(own, tag) || IsSelfOrAncestor(tag, own);
         });
}

bool SubscriptionFilter::PassesKey(absl::string_view key) const {
  return key_prefixes_.empty() ||
         std::any_of(key_prefixes_.begin(), key_prefixes_.end(),
                     [&](const std::string& prefix) { return absl::StartsWith(key, prefix); });
}

}  // namespace cache_invalidation::client::internal
