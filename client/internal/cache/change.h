// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_CHANGE_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_CHANGE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "client/event.h"
#include "client/internal/cache/entry.h"
#include "common/pattern.h"
#include "common/recently_used.h"

namespace cache_invalidation::client::internal {

// What one event, or one call of the application, invalidates in a cache: made once, applied to
// every shard. Points into its source, which must outlive it. Immutable, thread-safe.
struct Change {
  struct Name {
    absl::string_view name;
    bool evicts;  // otherwise it marks as stale
  };
  struct KeyPattern {
    Pattern pattern;
    bool evicts;
  };

  std::vector<Name> tags = {};
  std::vector<Name> keys = {};
  std::vector<KeyPattern> patterns = {};
  bool evicts_everything = false;
  bool marks_everything = false;

  // No value that is being loaded now is kept, whatever its names are. It is noted, and does
  // nothing to entries.
  bool touches_loads = false;

  // It also drops what is kept as stale of the same keys.
  bool drops_stale = false;
};

// Compiled patterns by expression: rules use the same ones again and again.
class CompiledPatterns : public RecentlyUsed<absl::StatusOr<Pattern>> {
 public:
  using RecentlyUsed::RecentlyUsed;
};

// A pattern that cannot be compiled here counts as everything. So does an event with more than
// kMaxCompiledPatterns patterns, because each is matched against every key of the cache.
Change ChangeOf(const Event& event, CompiledPatterns& compiled);

// Returns a change that evicts these.
Change ChangeOf(const std::vector<std::string>& tags, const std::vector<std::string>& keys);

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

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_CHANGE_H_
