// SPDX-License-Identifier: Apache-2.0

#include "server/engine/closure.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/tag.h"
#include "server/engine/limits.h"

namespace cache_invalidation::engine {
namespace {

// Sorting costs, per key, as much as walking over this many keys.
constexpr size_t kSortedShare = 8;

}  // namespace

void Closure::AddTag(absl::string_view tag) {
  const Graph::WalkableTags& walkable = graph_.walkable();
  // Nothing depends on anything, and no key has to be named.
  if (graph_.edges() == 0 && walkable.empty()) return;
  // Even a tag through which nothing is found here ends entries, which a weaker spread must then
  // leave alone.
  root_tag_names_.emplace_back(tag);
  const auto add = [this](const Tag& found) {
    root_tags_.push_back(&found);
    if (found.carriers == nullptr) return true;
    for (Key* carrier : *found.carriers) {
      if (!Look()) return false;
      if (freshness_.OwnsActively(*carrier)) AddRoot(*carrier);
    }
    return true;
  };
  const auto self = walkable.find(tag);
  if (self != walkable.end()) add(*self->second);
  const std::string below = absl::StrCat(tag, ":");
  for (auto it = walkable.lower_bound(below); it != walkable.end(); ++it) {
    if (!absl::StartsWith(it->first, below) || !Look() || !add(*it->second)) break;
  }
}

void Closure::AddKey(absl::string_view name) {
  Key* key = graph_.FindKey(name);
  if (key != nullptr) AddRoot(*key);
}

void Closure::AddPattern(const Pattern& pattern) {
  if (!complete_ || !root_patterns_.emplace(pattern.expression()).second) return;
  const absl::string_view prefix = pattern.literal_prefix();
  const Graph::KeyIndex& keys = graph_.keys();
  for (auto it = keys.lower_bound(prefix); it != keys.end(); ++it) {
    if (!absl::StartsWith(it->first, prefix) || !Look()) break;
    if (!MayMatch(pattern, it->first)) break;
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

bool Closure::MayMatch(const Pattern& pattern, absl::string_view key) {
  if (work_ != nullptr) {
    complete_ &= work_->Match(pattern, key);
  } else if (limit_ != kNoLimit) {
    // The key itself has been counted.
    looked_at_ += pattern.MatchSteps(key.size()) / kStepsPerExplainedKey;
    complete_ &= looked_at_ <= limit_;
  }
  return complete_;
}

bool Closure::Name(const Key& key, const Node& source) {
  const size_t bytes = key.name.size() + bytes_per_key_ + (with_sources_ ? source.name.size() : 0);
  if (bytes > bytes_left_) {
    complete_ = false;
    return false;
  }
  bytes_left_ -= bytes;
  return true;
}

void Closure::Spread(InvalidationKind kind) {
  std::vector<Key*> level;
  for (Key* key : root_keys_) {
    const auto [it, added] = reached_.try_emplace(key);
    if (!added) continue;
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
  root_patterns_.clear();
  root_tags_.clear();
  root_tag_names_.clear();
}

// Visits the keys that depend on a node of `level`; new ones belong to the next level. For a key
// already reached, only the path is updated if this one is better.
void Closure::Follow(const Node& source, int level, InvalidationKind kind,
                     std::vector<Key*>& next) {
  if (!source.has_dependents()) return;
  for (Key* dependent : *source.dependents) {
    if (!complete_ || !Look()) return;
    const auto known = reached_.find(dependent);
    if (known != reached_.end() && known->second.kind != kind) continue;  // stronger kind
    if (known != reached_.end() && !IsBetterWay(source, level, known->second)) continue;
    if (!freshness_.IsActive(*dependent, *dependent->FindEdge(&source))) continue;
    if (kind == InvalidationKind::kMarkStale && HitByEvictedTag(*dependent)) continue;
    if (known != reached_.end()) {
      NoteWay(source, level, known->second);
      continue;
    }
    if (!Name(*dependent, source)) return;
    Reached reached;
    reached.kind = kind;
    NoteWay(source, level, reached);
    reached_.emplace(dependent, reached);
    next.push_back(dependent);
  }
}

// The carriers are roots already.
void Closure::NameMixedCarriers(const Tag& tag) {
  // If the closure is incomplete, not all carriers are roots, and there may be too many to visit.
  if (tag.carriers == nullptr || !complete_) return;
  for (Key* carrier : *tag.carriers) {
    if (!carrier->entry->mixed || !freshness_.OwnsActively(*carrier)) continue;
    const auto root = reached_.find(carrier);
    if (root != reached_.end()) NoteWay(tag, 0, root->second);
  }
}

bool Closure::IsBetterWay(const Node& source, int level, const Reached& than) {
  const bool shorter = than.via == nullptr || level < than.via_level;
  return shorter || (level == than.via_level && NodeBefore(source, *than.via));
}

void Closure::NoteWay(const Node& source, int level, Reached& reached) {
  if (!IsBetterWay(source, level, reached)) return;
  reached.via = &source;
  reached.via_level = level;
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
  for (const auto& [key, reached] : DependentsWithWays()) dependents.push_back(key);
  return dependents;
}

Closure::Ways Closure::DependentsWithWays() const {
  Ways dependents;
  // Walking over all keys in order is faster than sorting many of them.
  if (reached_.size() > graph_.keys().size() / kSortedShare) {
    for (const auto& [name, key] : graph_.keys()) {
      const auto it = reached_.find(key.get());
      if (it != reached_.end() && it->second.via != nullptr) {
        dependents.emplace_back(it->first, &it->second);
      }
    }
    return dependents;
  }
  for (const auto& [key, reached] : reached_) {
    if (reached.via != nullptr) dependents.emplace_back(key, &reached);
  }
  std::sort(dependents.begin(), dependents.end(),
            [](const auto& a, const auto& b) { return a.first->name < b.first->name; });
  return dependents;
}

}  // namespace cache_invalidation::engine
