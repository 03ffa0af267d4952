#include <cstddef>
#include <string>

#include "common/limits.h"
#include "server/engine/answer.h"

namespace cache_invalidation::engine {
namespace {

// Checks what is known of the key (its entry) and the tags given by the caller. The caller's copy
// is an old one, so an end of the key itself counts as well.
bool KeyMoved(const State& state, const Freshness& freshness, const KeyWithTags& key,
              uint64_t position) {
  const Key* known = state.graph.FindKey(key.key);
  const bool tracked = known != nullptr && freshness.IsLive(*known);
  if (!tracked && key.tags.empty()) return true;
  if (!key.fill_id.empty()) {
    const bool stands = tracked && known->entry->fill_id == key.fill_id;
    if (!stands || freshness.StaleSinceFill(*known)) return true;
  }
  if (freshness.EndMoved(key.key, position)) return true;
  Footprint footprint;
  footprint.key = key.key;
  footprint.tags = key.tags;
  return !freshness.FirstMoved(footprint, position).empty();
}

}  // namespace

Result Answer(const State& state, const LookupEntry& query, absl::Time now) {
  LookupEntryResult result;
  result.revision = state.meta.head;
  const Freshness freshness = state.freshness_at(now);
  const Key* key = state.graph.FindKey(query.key);
  if (key == nullptr || !freshness.IsLive(*key)) return result;
  result.state = freshness.StaleSinceFill(*key) ? EntryState::kStale : EntryState::kFresh;
  size_t bytes = 0;
  for (const Tag* tag : key->entry->tags) {
    bytes += tag->name.size();
    if (bytes <= kMaxAnswerBytes) {
      result.tags.push_back(tag->name);
    } else {
      ++result.more_tags;
    }
  }
  if (key->entry->expires != absl::InfiniteFuture()) {
    result.ttl = key->entry->expires - freshness.now();
  }
  result.fill_id = key->entry->fill_id;
  return result;
}

Result Answer(const State& state, const Validate& query, absl::Time now) {
  ValidateResult result;
  result.revision = state.meta.head;
  Freshness freshness = state.freshness_at(now, query.keys.size());
  freshness.set_may_check(state.limits.asked_names);
  const bool known = IsKnownPosition(state, query.position);
  const uint64_t position = query.position.revision;
  for (const KeyWithTags& key : query.keys) {
    result.keys_moved.push_back(!known || KeyMoved(state, freshness, key, position));
  }
  for (absl::string_view tag : query.tags) {
    result.tags_moved.push_back(!known || freshness.TagMoved(tag, position));
  }
  return result;
}

}  // namespace cache_invalidation::engine
