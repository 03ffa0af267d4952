#include "server/engine/overflow.h"

#include <algorithm>

#include "absl/strings/string_view.h"
#include "common/limits.h"
#include "server/engine/emission.h"
#include "server/engine/settle.h"

namespace cache_invalidation::engine {
namespace {

// A namespace that is full makes room for a 64th of its limit.
constexpr uint64_t kShareDroppedTogether = 64;

// How much to drop of `now` where there were `before`; nothing within the limit.
uint64_t Surplus(uint64_t before, uint64_t now, uint64_t limit) {
  if (now <= limit) return 0;
  const uint64_t room = std::clamp<uint64_t>(limit / kShareDroppedTogether, 1, kDroppedTogether);
  const uint64_t added = now > before ? now - before : 0;
  return std::min(std::max(now - limit, room), added + kMaxDroppedTogether);
}

// The oldest entries whose end frees the surplus, by key; those that were over have ended.
std::vector<absl::string_view> TakeOldest(State& state, EntryUsage surplus) {
  std::vector<absl::string_view> oldest;
  const auto freed = [&surplus](uint64_t entries, uint64_t parts) {
    surplus.entries -= std::min(surplus.entries, entries);
    surplus.parts -= std::min(surplus.parts, parts);
  };
  const Graph::KeysByRevision& by_age = state.graph.by_age();
  KeyAt last;
  for (auto at = by_age.begin(); surplus.entries + surplus.parts > 0 && at != by_age.end();
       at = by_age.upper_bound(last)) {
    last = *at;
    const uint64_t parts = Graph::PartsOf(*last.key);
    Settle(state, *last.key);
    freed(1, parts);
    if (last.key->entry != nullptr) oldest.push_back(last.key->name);
  }
  std::sort(oldest.begin(), oldest.end());
  return oldest;
}

}  // namespace

uint64_t DropOldest(State& state, const EntryUsage& before, std::vector<Event>& events) {
  const EntryUsage now = state.graph.entry_usage();
  const EntryUsage surplus = {Surplus(before.entries, now.entries, state.limits.entries),
                              Surplus(before.parts, now.parts, state.limits.entry_parts)};
  const std::vector<absl::string_view> oldest = TakeOldest(state, surplus);
  Emission emission(state, EventSource::kLimit);
  for (absl::string_view key : oldest) {
    emission.Add(InvalidationKind::kEvict, TargetType::kKey, key, Cause{CauseStep::kLimit, ""});
  }
  emission.EndTargets();
  emission.Commit(events);
  state.meta.dropped_entries += oldest.size();
  return oldest.size();
}

}  // namespace cache_invalidation::engine
