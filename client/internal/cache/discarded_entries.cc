#include "client/internal/cache/discarded_entries.h"

#include <utility>

namespace cache_invalidation::client::internal {

void DiscardedEntries::clear() {
  // What a listener does can discard more.
  const std::vector<Left> entries = std::exchange(entries_, {});
  for (const Left& left : entries) {
    const Entry& entry = *left.entry;
    if (entry.type == nullptr || entry.is_error || !entry.type->options().on_removed) continue;
    try {
      entry.type->options().on_removed(entry.key, entry.value, left.cause);
    } catch (...) {
      ++entry.type->failures();
    }
  }
  const std::vector<std::shared_ptr<const void>> values = std::exchange(values_, {});
}

void DiscardedEntries::Abandon() {
  static_cast<void>(new auto(std::exchange(entries_, {})));
  static_cast<void>(new auto(std::exchange(values_, {})));
}

}  // namespace cache_invalidation::client::internal
