// SPDX-License-Identifier: Apache-2.0

#include "server/engine/graph.h"

#include <utility>

#include "absl/container/flat_hash_set.h"
#include "common/check.h"

namespace cache_invalidation::engine {

Tag& Graph::AddTag(absl::string_view name) {
  if (Tag* known = FindTag(name)) return *known;
  auto tag = std::make_unique<Tag>(name);
  Tag& added = *tag;
  tags_.emplace(added.name, std::move(tag));
  Loosen(added);
  return added;
}

Key& Graph::AddKey(absl::string_view name) {
  if (Key* known = FindKey(name)) return *known;
  auto key = std::make_unique<Key>(name);
  Key& added = *key;
  keys_.emplace(added.name, std::move(key));
  return added;
}

bool Graph::TakeApart(uint64_t& limit) {
  if (!taken_keys_.has_value()) {
    taken_keys_ = keys_.begin();
    taken_tags_ = tags_.begin();
  }
  // The map nodes are freed at the end, all at once, which takes a hundredth of the time.
  for (; limit > 0 && *taken_keys_ != keys_.end(); --limit, ++*taken_keys_) {
    (*taken_keys_)->second.reset();
  }
  for (; limit > 0 && *taken_tags_ != tags_.end(); --limit, ++*taken_tags_) {
    (*taken_tags_)->second.reset();
  }
  return *taken_keys_ != keys_.end() || *taken_tags_ != tags_.end();
}

Tag* Graph::FindTag(absl::string_view name) const {
  const auto it = tags_.find(name);
  return it == tags_.end() ? nullptr : it->second.get();
}

Key* Graph::FindKey(absl::string_view name) const {
  const auto it = keys_.find(name);
  return it == keys_.end() ? nullptr : it->second.get();
}

Node& Graph::AddNode(NameKind kind, absl::string_view name) {
  if (kind == NameKind::kTag) return AddTag(name);
  return AddKey(name);
}

bool Graph::Declare(Key& key, Node& source, absl::Time expires, absl::Time now) {
  Check(&source != &key, "a key does not depend on itself");
  Edge& edge = key.depends_on.At(AddEdge(key, source));
  const bool fresh = !edge.declared_at(now);
  edge.expires = fresh ? expires : std::max(edge.expires, expires);
  if (!edge.declared) ++declared_edges_;
  edge.declared = true;
  key.declared_until = std::min(key.declared_until, edge.expires);
  PutDependency(key, edge, /*deleted=*/false);
  return fresh;
}

bool Graph::Undeclare(Key& key, const Node& source) {
  const auto edge = key.depends_on.Find(source);
  if (edge == key.depends_on.end() || !edge->declared) return false;
  Undeclare(key, edge);
  return true;
}

EdgeList::const_iterator Graph::Undeclare(Key& key, EdgeList::const_iterator at) {
  Edge& edge = key.depends_on.At(at);
  PutDependency(key, edge, /*deleted=*/true);
  edge.declared = false;
  edge.expires = absl::InfiniteFuture();
  --declared_edges_;
  return DropUnowned(key, at);
}

void Graph::Track(Key& key, const Fill& fill) {
  Unite(key, fill);
  EntryChanged(key);
}

size_t Graph::NamesWith(const Key& key, const Fill& fill) {
  absl::flat_hash_set<const Tag*> tags(fill.tags.begin(), fill.tags.end());
  absl::flat_hash_set<const Node*> sources(fill.sources.begin(), fill.sources.end());
  size_t names = 0;
  if (key.entry != nullptr) {
    names = key.entry->names();
    for (const Tag* tag : key.entry->tags) tags.erase(tag);
    absl::erase_if(sources, [&key](const Node* source) {
      const Edge* edge = key.FindEdge(source);
      return edge != nullptr && edge->owned;
    });
  }
  for (const Tag* tag : tags) names += tag->weight;
  return names + sources.size();
}

void Graph::Unite(Key& key, const Fill& fill) {
  const bool is_new = key.entry == nullptr;
  if (is_new) {
    key.entry = std::make_unique<Entry>();
    key.entry->expires = fill.expires;
    key.entry->fill_revision = fill.revision;
    ++tracked_entries_;
    ++entry_parts_;
    by_age_.insert(by_age_.end(), {fill.revision, &key});
  } else if (key.entry->ghost) {
    ++tracked_entries_;
    key.entry->expires = fill.expires;
  }
  Entry& entry = *key.entry;
  entry.ghost = false;
  entry.stale = false;
  entry.fill_id = std::string(fill.fill_id);
  entry.expires = std::max(entry.expires, fill.expires);
  if (entry.fill_revision != fill.revision) {
    by_age_.erase({entry.fill_revision, &key});
    by_age_.insert(by_age_.end(), {fill.revision, &key});
    entry.fill_revision = fill.revision;
  }
  std::vector<Tag*> tags = fill.tags;
  std::sort(tags.begin(), tags.end(), TagBefore());
  tags.erase(std::unique(tags.begin(), tags.end()), tags.end());
  const bool was_mixed = entry.mixed;
  if (!is_new && tags != entry.tags) entry.mixed = true;
  for (Tag* tag : tags) {
    const auto at = std::lower_bound(entry.tags.begin(), entry.tags.end(), tag, TagBefore());
    if (at != entry.tags.end() && *at == tag) continue;
    entry.tags.insert(at, tag);
    ++tag->entries;
    entry_parts_ += tag->weight;
    entry.tag_weight += tag->weight;
    entry.name_bytes += tag->name.size();
    if (IsCarrier(key)) AddCarrier(*tag, key);
  }
  if (entry.mixed && !was_mixed) AddCarrierOfAll(key);
  for (Node* source : fill.sources) {
    Edge& edge = key.depends_on.At(AddEdge(key, *source));
    if (std::exchange(edge.owned, true)) continue;
    ++entry_parts_;
    ++entry.owned;
    entry.name_bytes += source->name.size();
  }
}

void Graph::MakeGhost(Key& key) {
  Check(key.entry != nullptr, "only an entry becomes a ghost");
  if (key.entry->ghost) return;
  key.entry->ghost = true;
  --tracked_entries_;
  EntryChanged(key);
}

void Graph::KeepStale(Key& key) {
  Check(key.entry != nullptr, "only an entry is stale");
  if (key.entry->stale) return;
  key.entry->stale = true;
  EntryChanged(key);
}

void Graph::DropEntry(Key& key) {
  if (key.entry == nullptr) return;
  EntryChanged(key);
  if (!key.entry->ghost) --tracked_entries_;
  entry_parts_ -= PartsOf(key);
  by_age_.erase({key.entry->fill_revision, &key});
  for (Tag* tag : key.entry->tags) {
    --tag->entries;
    RemoveCarrier(*tag, key);
    Loosen(*tag);
  }
  uint32_t owned = key.entry->owned;
  key.entry = nullptr;
  for (auto at = key.depends_on.begin(); owned > 0;) {
    if (!at->owned) {
      ++at;
      continue;
    }
    key.depends_on.At(at).owned = false;
    at = DropUnowned(key, at);
    --owned;
  }
}

void Graph::RememberEvicted(Key& key, uint64_t revision) {
  if (key.evicted >= revision) return;
  key.evicted = revision;
  key.recorded = revision;
  RevisionsChanged(key);
}

void Graph::RememberEnd(Key& key, uint64_t revision) {
  if (key.ended >= revision) return;
  if (key.ended != 0) ends_.erase({key.ended, &key});
  key.ended = revision;
  ends_.insert(ends_.end(), {revision, &key});
  RevisionsChanged(key);
}

uint64_t Graph::ForgetEnd() {
  Check(!ends_.empty(), "there is an end to forget");
  Key& key = *ends_.begin()->key;
  ends_.erase(ends_.begin());
  const uint64_t revision = std::exchange(key.ended, 0);
  RevisionsChanged(key);
  return revision;
}

Graph::KeyIndex::const_iterator Graph::ForgetKey(KeyIndex::const_iterator at, uint64_t floor) {
  Key& key = *at->second;
  const bool forgets_evicted = key.recorded != 0 && key.recorded <= floor;
  const bool forgets_end = key.ended != 0 && key.ended <= floor;
  if (forgets_evicted) key.recorded = 0;
  if (forgets_end) {
    ends_.erase({key.ended, &key});
    key.ended = 0;
  }
  if (forgets_evicted || forgets_end) RevisionsChanged(key);
  if (key.is_used() || key.ended != 0 || key.last_revision() > floor) return std::next(at);
  if (changed_.erase(&key) != 0) PutChanges(key);
  return keys_.erase(at);
}

Graph::LooseTags::const_iterator Graph::ForgetTag(LooseTags::const_iterator at, uint64_t floor) {
  Tag& tag = **at;
  if (tag.is_remembered(floor)) return std::next(at);
  at = loose_tags_.erase(at);
  tag.loose = false;
  if (!tag.is_used()) tags_.erase(tags_.find(tag.name));
  return at;
}

EdgeList::const_iterator Graph::AddEdge(Key& key, Node& source) {
  if (const auto known = key.depends_on.Find(source); known != key.depends_on.end()) return known;
  ++edges_;
  const bool first = !source.has_dependents();
  if (first) source.dependents = std::make_unique<KeySet>();
  source.dependents->insert(source.dependents->end(), &key);  // rows are loaded in order
  if (first && source.kind == NameKind::kTag) UpdateWalkable(static_cast<Tag&>(source));
  if (first && source.kind == NameKind::kKey) {
    Key& carrier = static_cast<Key&>(source);
    if (carrier.entry != nullptr) AddCarrierOfAll(carrier);
  }
  return key.depends_on.Add(source);
}

EdgeList::const_iterator Graph::DropUnowned(Key& key, EdgeList::const_iterator edge) {
  if (edge->declared || edge->owned) return std::next(edge);
  Node& source = *edge->source;
  const auto behind = key.depends_on.Remove(edge);
  --edges_;
  source.dependents->erase(&key);
  if (!source.dependents->empty()) return behind;
  source.dependents = nullptr;
  if (source.kind == NameKind::kTag) {
    UpdateWalkable(static_cast<Tag&>(source));
    Loosen(static_cast<Tag&>(source));
    return behind;
  }
  Key& carrier = static_cast<Key&>(source);
  if (carrier.entry == nullptr || carrier.entry->mixed) return behind;
  for (Tag* tag : carrier.entry->tags) RemoveCarrier(*tag, carrier);
  return behind;
}

void Graph::AddCarrier(Tag& tag, Key& key) {
  if (tag.carriers == nullptr) tag.carriers = std::make_unique<KeySet>();
  tag.carriers->insert(tag.carriers->end(), &key);
  UpdateWalkable(tag);
}

void Graph::RemoveCarrier(Tag& tag, Key& key) {
  if (tag.carriers == nullptr) return;
  tag.carriers->erase(&key);
  if (tag.carriers->empty()) tag.carriers = nullptr;
  UpdateWalkable(tag);
}

void Graph::UpdateWalkable(Tag& tag) {
  if (tag.has_dependents() || tag.carriers != nullptr) {
    walkable_.emplace(tag.name, &tag);
  } else {
    walkable_.erase(tag.name);
  }
}

void Graph::Loosen(Tag& tag) {
  if (tag.loose || tag.is_used()) return;
  tag.loose = true;
  loose_tags_.insert(&tag);
}

}  // namespace cache_invalidation::engine
