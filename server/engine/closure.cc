#include "server/engine/closure.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/tag.h"

namespace cache_invalidation::engine {

void Closure::AddTag(absl::string_view tag) {
  const Graph::WalkableTags& walkable = graph_.walkable();
  // Then nothing depends on anything, and no key has to be named.
  if (graph_.edges() == 0 && walkable.empty()) return;
  // Also a tag that nothing is found by here ends entries, which a weaker spread then leaves alone.
  root_tag_names_.emplace_back(tag);
  const auto add = [this](const Tag& found) {
    root_tags_.push_back(&found);
    if (found.carriers == nullptr) return;
    for (Key* carrier : *found.carriers) {
      if (freshness_.OwnsActively(*carrier)) AddRoot(*carrier);
    }
  };
  const auto self = walkable.find(tag);
  if (self != walkable.end()) add(*self->second);
  const std::string below = absl::StrCat(tag, ":");
  for (auto it = walkable.lower_bound(below); it != walkable.end(); ++it) {
    if (!absl::StartsWith(it->first, below)) break;
    add(*it->second);
  }
}

void Closure::AddKey(absl::string_view name) {
  Key* key = graph_.FindKey(name);
  if (key != nullptr) AddRoot(*key);
}

void Closure::AddPattern(const Pattern& pattern) {
  const absl::string_view prefix = pattern.literal_prefix();
  const Graph::KeyIndex& keys = graph_.keys();
  for (auto it = keys.lower_bound(prefix); it != keys.end(); ++it) {
    if (!absl::StartsWith(it->first, prefix) || !Look()) break;
    if (pattern.Matches(it->first)) AddRoot(*it->second);
  }
}

bool Closure::Look() {
  if (looked_at_ >= limit_) {
    complete_ = false;
    return false;
  }
  ++looked_at_;
  return true;
}

void Closure::AddRoot(Key& key) { root_keys_.push_back(&key); }

void Closure::Spread(InvalidationKind kind) {
  std::vector<Key*> level;
  for (Key* key : root_keys_) {
    const auto [it, added] = reached_.try_emplace(key);
    if (!added) continue;
    if (!Look()) {
      reached_.erase(it);
      break;
    }
    it->second.kind = kind;
    it->second.root = true;
    level.push_back(key);
  }
  std::vector<Key*> next;
  for (const Tag* tag : root_tags_) {
    if (kind == InvalidationKind::kEvict) NameMixedCarriers(*tag);
    Follow(*tag, 0, kind, next);
  }
  for (int depth = 0; !level.empty() || !next.empty(); ++depth) {
    for (const Key* key : level) Follow(*key, depth, kind, next);
    level = std::exchange(next, {});
  }
  if (kind == InvalidationKind::kEvict) {
    evicted_tags_.insert(root_tag_names_.begin(), root_tag_names_.end());
  }
  root_keys_.clear();
  root_tags_.clear();
  root_tag_names_.clear();
}

// Goes from a node of `level` to the keys that depend on it; those seen for the first time are of
// the next level. A key already reached only learns by which way.
void Closure::Follow(const Node& source, int level, InvalidationKind kind,
                     std::vector<Key*>& next) {
  if (!source.has_dependents()) return;
  for (Key* dependent : *source.dependents) {
    if (!freshness_.IsActive(*dependent, *dependent->FindEdge(&source))) continue;
    if (kind == InvalidationKind::kMarkStale && HitByEvictedTag(*dependent)) continue;
    const auto [it, added] = reached_.try_emplace(dependent);
    Reached& reached = it->second;
    if (added && !Look()) {
      reached_.erase(it);
      return;
    }
    if (added) {
      reached.kind = kind;
      next.push_back(dependent);
    } else if (reached.kind != kind) {
      continue;  // the stronger spread was here
    }
    NoteWay(source, level, reached);
  }
}

// They are roots already.
void Closure::NameMixedCarriers(const Tag& tag) {
  if (tag.carriers == nullptr) return;
  for (Key* carrier : *tag.carriers) {
    if (!carrier->entry->mixed || !freshness_.OwnsActively(*carrier)) continue;
    const auto root = reached_.find(carrier);
    if (root != reached_.end()) NoteWay(tag, 0, root->second);
  }
}

void Closure::NoteWay(const Node& source, int level, Reached& reached) {
  const bool shorter = reached.via == nullptr || level < reached.via_level;
  if (shorter || (level == reached.via_level && NodeBefore(source, *reached.via))) {
    reached.via = &source;
    reached.via_level = level;
  }
}

bool Closure::HitByEvictedTag(const Key& key) const {
  if (evicted_tags_.empty() || !freshness_.OwnsActively(key)) return false;
  bool hit = false;
  for (const Tag* tag : key.entry->tags) {
    ForEachSelfAndAncestor(
        tag->name, [&](absl::string_view name) { hit = hit || evicted_tags_.contains(name); });
  }
  return hit;
}

std::vector<Key*> Closure::Dependents() const {
  std::vector<Key*> dependents;
  for (const auto& [key, reached] : reached_) {
    if (reached.via != nullptr) dependents.push_back(key);
  }
  std::sort(dependents.begin(), dependents.end(),
            [](const Key* a, const Key* b) { return a->name < b->name; });
  return dependents;
}

}  // namespace cache_invalidation::engine
