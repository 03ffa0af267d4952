#include "server/engine/tracking.h"

#include <algorithm>

#include "absl/strings/string_view.h"
#include "server/engine/emission.h"
#include "server/engine/limits.h"

namespace cache_invalidation::engine {
namespace {

// A full namespace makes room for a 64th of its limit.
constexpr uint64_t kShareDroppedTogether = 64;

// How much to drop of `now`, given `before`; 0 within the limit. `room`: the minimum to drop.
uint64_t Surplus(uint64_t before, uint64_t now, uint64_t limit, uint64_t room) {
  if (now <= limit) return 0;
  const uint64_t added = now > before ? now - before : 0;
  return std::min(std::max(now - limit, room), added + kMaxDroppedTogether);
}

uint64_t Room(uint64_t limit) {
  return std::clamp<uint64_t>(limit / kShareDroppedTogether, 1, kDroppedTogether);
}

// What has still to be freed.
struct Excess {
  EntryUsage left;

  void Free(uint64_t parts) {
    left.entries -= std::min<uint64_t>(left.entries, 1);
    left.parts -= std::min(left.parts, parts);
  }
  bool is_left() const { return left.entries + left.parts > 0; }
};

// Returns, by key, the oldest live entries whose removal frees `must`; dead ones are removed on the
// way. Continues to free `should` as long as the entries do not have too many parts.
std::vector<absl::string_view> TakeOldest(State& state, Excess must, Excess should) {
  std::vector<absl::string_view> oldest;
  uint64_t freed = 0;
  const Graph::KeysByRevision& by_age = state.graph.by_age();
  KeyAt last;
  const auto goes_on = [&] { return must.is_left() || (should.is_left() && freed < kEndedAtOnce); };
  for (auto at = by_age.begin(); goes_on() && at != by_age.end(); at = by_age.upper_bound(last)) {
    last = *at;
    const uint64_t parts = Graph::PartsOf(*last.key);
    Settle(state, *last.key);
    must.Free(parts);
    should.Free(parts);
    freed += parts;
    if (last.key->entry != nullptr) oldest.push_back(last.key->name);
  }
  std::sort(oldest.begin(), oldest.end());
  return oldest;
}

}  // namespace

uint64_t DropOldest(State& state, const EntryUsage& before, std::vector<Event>& events) {
  const EntryUsage now = state.graph.entry_usage();
  const Limits& limits = state.limits;
  const auto excess = [&](uint64_t entries, uint64_t parts) {
    return Excess{{Surplus(before.entries, now.entries, limits.entries, entries),
                   Surplus(before.parts, now.parts, limits.entry_parts, parts)}};
  };
  const std::vector<absl::string_view> oldest =
      TakeOldest(state, excess(0, 0), excess(Room(limits.entries), Room(limits.entry_parts)));
  Emission emission(state, EventSource::kLimit);
  for (absl::string_view key : oldest) {
    emission.Add(InvalidationKind::kEvict, TargetKind::kKey, key, Cause{CauseStep::kLimit, ""});
  }
  emission.EndTargets();
  emission.Commit(events);
  state.meta.dropped_entries += oldest.size();
  return oldest.size();
}

}  // namespace cache_invalidation::engine
