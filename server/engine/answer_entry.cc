// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <cstddef>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "common/limits.h"
#include "server/engine/apply.h"

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

// Looking at this many names of an entry takes as long as looking at one edge.
constexpr uint64_t kNamesPerEdge = 16;

// The order in which edges are listed: by dependent, then kind, then name.
using Place = std::tuple<absl::string_view, NameKind, absl::string_view>;

Place AfterOf(const ListCacheDependencies& query) {
  return {query.after_key, query.after_kind, query.after_name};
}

// Fills one page with the edges that count, until it is full or `most` edges were looked at.
class Page {
 public:
  Page(const Freshness& freshness, const ListCacheDependencies& query, uint64_t most)
      : freshness_(freshness), query_(query), left_(most) {}

  // Adds the next edge in order. Returns whether to continue.
  bool Add(const Key& key, const Edge& edge) {
    const Place place = {key.name, edge.source->kind, edge.source->name};
    if (!query_.after_key.empty() && place <= AfterOf(query_)) return true;
    if (left_ == 0) return End();
    left_ -= std::min(left_, Cost(key, edge));
    const bool declared = edge.declared_at(freshness_.now());
    const bool owned = edge.owned && Owns(key);
    if (declared || owned) {
      if (result_.edges.size() == query_.limit) return End();
      DependencyEdge& found = result_.edges.emplace_back();
      found.key = key.name;
      found.depends_on_kind = edge.source->kind;
      found.depends_on = edge.source->name;
      found.declared = declared;
      found.owned = owned;
      if (declared && edge.expires != absl::InfiniteFuture()) found.expires = edge.expires;
    }
    last_ = place;
    return true;
  }

  ListCacheDependenciesResult Take() {
    if (result_.more) {
      const auto& [key, kind, name] = last_;
      result_.last_key = std::string(key);
      result_.last_kind = kind;
      result_.last_name = std::string(name);
    }
    return std::move(result_);
  }

 private:
  bool End() {
    result_.more = true;
    return false;
  }

  uint64_t Cost(const Key& key, const Edge& edge) const {
    const bool asks = edge.owned && &key != owner_;
    return 1 + (asks ? key.entry->names() / kNamesPerEdge : 0);
  }

  bool Owns(const Key& key) {
    if (owner_ != &key) owns_ = freshness_.OwnsActively(key);
    owner_ = &key;
    return owns_;
  }

  const Freshness& freshness_;
  const ListCacheDependencies& query_;
  uint64_t left_;
  ListCacheDependenciesResult result_;
  Place last_;
  // The key asked about last, and the result.
  const Key* owner_ = nullptr;
  bool owns_ = false;
};

void ListSources(const Key& key, const ListCacheDependencies& query, Page& page) {
  if (query.after_key > key.name) return;
  const EdgeList& edges = key.depends_on;
  auto at = query.after_key == key.name ? edges.Behind({query.after_kind, query.after_name})
                                        : edges.begin();
  while (at != edges.end() && page.Add(key, *at)) ++at;
}

// Lists what depends on the key, and on the tag, of that name. Null: unknown.
void ListDependents(const Key* key, const Tag* tag, const ListCacheDependencies& query,
                    Page& page) {
  struct Dependents {
    const Node* source;
    KeySet::const_iterator next;
    KeySet::const_iterator end;
  };
  std::vector<Dependents> lists;
  for (const Node* source : {static_cast<const Node*>(key), static_cast<const Node*>(tag)}) {
    if (source == nullptr || !source->has_dependents()) continue;
    const KeySet& all = *source->dependents;
    lists.push_back({source, all.lower_bound(query.after_key), all.end()});
  }
  while (true) {
    Dependents* first = nullptr;
    for (Dependents& list : lists) {
      if (list.next == list.end) continue;
      if (first == nullptr || (*list.next)->name < (*first->next)->name) first = &list;
    }
    if (first == nullptr) return;
    const Key& dependent = **first->next++;
    if (!page.Add(dependent, *dependent.FindEdge(first->source))) return;
  }
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

Result Answer(const State& state, const ListCacheDependencies& query, absl::Time now) {
  const Freshness freshness = state.freshness_at(now);
  Page page(freshness, query, state.limits.listed_edges);
  const Key* key = state.graph.FindKey(query.name);
  if (query.dependents) {
    ListDependents(key, state.graph.FindTag(query.name), query, page);
  } else if (key != nullptr) {
    ListSources(*key, query, page);
  }
  return page.Take();
}

}  // namespace cache_invalidation::engine
