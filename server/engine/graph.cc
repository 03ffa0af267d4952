#include "server/engine/graph.h"

#include <algorithm>
#include <utility>

#include "common/check.h"

namespace cache_invalidation::engine {
namespace {

bool TagBefore(const Tag* a, const Tag* b) { return a->name < b->name; }

std::optional<absl::Time> ExpiryOfRecord(absl::Time time) {
  if (time == absl::InfiniteFuture()) return std::nullopt;
  return time;
}

}  // namespace

Edge* Key::FindEdge(const Node* source) {
  const auto it = std::find_if(depends_on.begin(), depends_on.end(),
                               [source](const Edge& edge) { return edge.source == source; });
  return it == depends_on.end() ? nullptr : &*it;
}

const Edge* Key::FindEdge(const Node* source) const {
  return const_cast<Key*>(this)->FindEdge(source);
}

bool NodeBefore(const Node& a, const Node& b) {
  if (a.name != b.name) return a.name < b.name;
  return a.kind == NameKind::kTag && b.kind == NameKind::kKey;
}

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
  Edge& edge = AddEdge(key, source);
  const bool fresh = !edge.declared_at(now);
  edge.expires = fresh ? expires : std::max(edge.expires, expires);
  if (!edge.declared) ++declared_edges_;
  edge.declared = true;
  PutDependency(key, edge, /*deleted=*/false);
  return fresh;
}

bool Graph::Undeclare(Key& key, Node& source) {
  Edge* edge = key.FindEdge(&source);
  if (edge == nullptr || !edge->declared) return false;
  PutDependency(key, *edge, /*deleted=*/true);
  edge->declared = false;
  --declared_edges_;
  edge->expires = absl::InfiniteFuture();
  DropUnownedEdge(key, source);
  return true;
}

void Graph::Track(Key& key, const Fill& fill) {
  Unite(key, fill);
  PutEntry(key);
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
  std::sort(tags.begin(), tags.end(), TagBefore);
  tags.erase(std::unique(tags.begin(), tags.end()), tags.end());
  const bool was_mixed = entry.mixed;
  if (!is_new && tags != entry.tags) entry.mixed = true;
  for (Tag* tag : tags) {
    const auto at = std::lower_bound(entry.tags.begin(), entry.tags.end(), tag, TagBefore);
    if (at != entry.tags.end() && *at == tag) continue;
    entry.tags.insert(at, tag);
    ++tag->entries;
    ++entry_parts_;
    if (IsCarrier(key)) AddCarrier(*tag, key);
  }
  if (entry.mixed && !was_mixed) AddCarrierOfAll(key);
  for (Node* source : fill.sources) {
    Edge& edge = AddEdge(key, *source);
    if (!std::exchange(edge.owned, true)) ++entry_parts_;
  }
}

void Graph::MakeGhost(Key& key) {
  Check(key.entry != nullptr, "only an entry becomes a ghost");
  if (key.entry->ghost) return;
  key.entry->ghost = true;
  --tracked_entries_;
  PutEntry(key);
}

void Graph::KeepStale(Key& key) {
  Check(key.entry != nullptr, "only an entry is stale");
  if (key.entry->stale) return;
  key.entry->stale = true;
  PutEntry(key);
}

void Graph::DropEntry(Key& key) {
  if (key.entry == nullptr) return;
  EntryRecord record;
  record.key = key.name;
  delta_.push_back({std::move(record), /*deleted=*/true});
  if (!key.entry->ghost) --tracked_entries_;
  entry_parts_ -= PartsOf(key);
  by_age_.erase({key.entry->fill_revision, &key});
  for (Tag* tag : key.entry->tags) {
    --tag->entries;
    RemoveCarrier(*tag, key);
    Loosen(*tag);
  }
  key.entry = nullptr;
  std::vector<Node*> owned;
  for (const Edge& edge : key.depends_on) {
    if (edge.owned) owned.push_back(edge.source);
  }
  for (Node* source : owned) {
    key.FindEdge(source)->owned = false;
    DropUnownedEdge(key, *source);
  }
}

uint64_t Graph::PartsOf(const Key& key) {
  const auto owned = std::count_if(key.depends_on.begin(), key.depends_on.end(),
                                   [](const Edge& edge) { return edge.owned; });
  return 1 + key.entry->tags.size() + static_cast<uint64_t>(owned);
}

void Graph::RememberEvicted(Key& key, uint64_t revision) {
  if (key.evicted >= revision) return;
  key.evicted = revision;
  key.recorded = revision;
  PutRevisions(key);
}

void Graph::RememberEnd(Key& key, uint64_t revision) {
  if (key.ended >= revision) return;
  if (key.ended != 0) ends_.erase({key.ended, &key});
  key.ended = revision;
  ends_.insert(ends_.end(), {revision, &key});
  PutRevisions(key);
}

uint64_t Graph::ForgetEnd() {
  Check(!ends_.empty(), "there is an end to forget");
  Key& key = *ends_.begin()->key;
  ends_.erase(ends_.begin());
  const uint64_t revision = std::exchange(key.ended, 0);
  PutRevisions(key);
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
  if (forgets_evicted || forgets_end) PutRevisions(key);
  const bool is_needed = key.is_used() || key.ended != 0 || key.last_revision() > floor;
  return is_needed ? std::next(at) : keys_.erase(at);
}

uint64_t Graph::ForgetTag(uint64_t floor) {
  Tag& tag = *loose_tags_.front();
  loose_tags_.pop_front();
  tag.loose = false;
  if (tag.is_used()) return 0;
  const uint64_t last = tag.last_revision();
  if (last <= floor) {
    tags_.erase(tags_.find(tag.name));
    return 0;
  }
  Loosen(tag);
  return last;
}

void Graph::Load(const DependencyRecord& record) {
  Edge& edge = AddEdge(AddKey(record.key), AddNode(record.depends_on_kind, record.depends_on));
  if (!edge.declared) ++declared_edges_;
  edge.declared = true;
  edge.expires = record.expires.value_or(absl::InfiniteFuture());
}

void Graph::Load(const EntryRecord& record) {
  Fill fill;
  for (const std::string& name : record.tags) fill.tags.push_back(&AddTag(name));
  for (const std::string& name : record.depends_on_keys) fill.sources.push_back(&AddKey(name));
  for (const std::string& name : record.depends_on_tags) fill.sources.push_back(&AddTag(name));
  fill.expires = record.expires.value_or(absl::InfiniteFuture());
  fill.revision = record.fill_revision;
  fill.fill_id = record.fill_id;
  Key& key = AddKey(record.key);
  Unite(key, fill);
  key.entry->stale = record.stale;
  key.entry->ghost = record.ghost;
  key.entry->mixed = record.mixed;
  if (record.mixed) AddCarrierOfAll(key);
  if (record.ghost) --tracked_entries_;
}

void Graph::Load(const KeyRevisionRecord& record) {
  Key& key = AddKey(record.key);
  key.evicted = std::max(key.evicted, record.evicted);
  key.recorded = record.evicted;
  key.ended = record.ended;
  if (key.ended != 0) ends_.insert({key.ended, &key});
}

Edge& Graph::AddEdge(Key& key, Node& source) {
  if (Edge* known = key.FindEdge(&source)) return *known;
  key.depends_on.push_back(Edge{.source = &source});
  ++edges_;
  const bool first = !source.has_dependents();
  if (first) source.dependents = std::make_unique<KeySet>();
  source.dependents->insert(&key);
  if (first && source.kind == NameKind::kTag) UpdateWalkable(static_cast<Tag&>(source));
  if (first && source.kind == NameKind::kKey) {
    Key& carrier = static_cast<Key&>(source);
    if (carrier.entry != nullptr) AddCarrierOfAll(carrier);
  }
  return key.depends_on.back();
}

void Graph::DropUnownedEdge(Key& key, Node& source) {
  Edge* edge = key.FindEdge(&source);
  if (edge->declared || edge->owned) return;
  *edge = key.depends_on.back();
  key.depends_on.pop_back();
  --edges_;
  source.dependents->erase(&key);
  if (!source.dependents->empty()) return;
  source.dependents = nullptr;
  if (source.kind == NameKind::kTag) {
    UpdateWalkable(static_cast<Tag&>(source));
    Loosen(static_cast<Tag&>(source));
    return;
  }
  Key& carrier = static_cast<Key&>(source);
  if (carrier.entry == nullptr || carrier.entry->mixed) return;
  for (Tag* tag : carrier.entry->tags) RemoveCarrier(*tag, carrier);
}

void Graph::AddCarrier(Tag& tag, Key& key) {
  if (tag.carriers == nullptr) tag.carriers = std::make_unique<KeySet>();
  tag.carriers->insert(&key);
  UpdateWalkable(tag);
}

void Graph::AddCarrierOfAll(Key& key) {
  for (Tag* tag : key.entry->tags) AddCarrier(*tag, key);
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
  loose_tags_.push_back(&tag);
}

void Graph::PutEntry(const Key& key) {
  EntryRecord record;
  record.key = key.name;
  for (const Tag* tag : key.entry->tags) record.tags.push_back(tag->name);
  for (const Edge& edge : key.depends_on) {
    if (!edge.owned) continue;
    auto& names =
        edge.source->kind == NameKind::kKey ? record.depends_on_keys : record.depends_on_tags;
    names.push_back(edge.source->name);
  }
  std::sort(record.depends_on_keys.begin(), record.depends_on_keys.end());
  std::sort(record.depends_on_tags.begin(), record.depends_on_tags.end());
  record.expires = ExpiryOfRecord(key.entry->expires);
  record.fill_revision = key.entry->fill_revision;
  record.stale = key.entry->stale;
  record.ghost = key.entry->ghost;
  record.mixed = key.entry->mixed;
  record.fill_id = key.entry->fill_id;
  delta_.push_back({std::move(record)});
}

void Graph::PutRevisions(const Key& key) {
  const bool deleted = key.recorded == 0 && key.ended == 0;
  delta_.push_back({KeyRevisionRecord{key.name, key.recorded, key.ended}, deleted});
}

void Graph::PutDependency(const Key& key, const Edge& edge, bool deleted) {
  DependencyRecord record;
  record.key = key.name;
  record.depends_on_kind = edge.source->kind;
  record.depends_on = edge.source->name;
  if (!deleted) record.expires = ExpiryOfRecord(edge.expires);
  delta_.push_back({std::move(record), deleted});
}

}  // namespace cache_invalidation::engine
