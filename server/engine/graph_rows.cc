// SPDX-License-Identifier: Apache-2.0

// The graph as rows: collects changed rows and loads stored ones.

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "server/engine/graph.h"

namespace cache_invalidation::engine {
namespace {

std::optional<absl::Time> ExpiryOfRecord(absl::Time time) {
  if (time == absl::InfiniteFuture()) return std::nullopt;
  return time;
}

}  // namespace

void Graph::EntryChanged(Key& key) {
  key.entry_changed = true;
  changed_.insert(changed_.end(), &key);  // mostly in order
}

void Graph::RevisionsChanged(Key& key) {
  key.revisions_changed = true;
  changed_.insert(changed_.end(), &key);  // mostly in order
}

void Graph::PutChanges() {
  for (Key* key : changed_) PutChanges(*key);
  changed_.clear();
}

void Graph::PutChanges(Key& key) {
  if (std::exchange(key.entry_changed, false)) PutEntry(key);
  if (std::exchange(key.revisions_changed, false)) PutRevisions(key);
}

void Graph::Load(const DependencyRecord& record) {
  Key& key = AddKey(record.key);
  Edge& edge = key.depends_on.At(AddEdge(key, AddNode(record.depends_on_kind, record.depends_on)));
  if (!edge.declared) ++declared_edges_;
  edge.declared = true;
  edge.expires = record.expires.value_or(absl::InfiniteFuture());
  key.declared_until = std::min(key.declared_until, edge.expires);
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

void Graph::PutEntry(const Key& key) {
  EntryRecord record;
  record.key = key.name;
  if (key.entry == nullptr) {
    delta_.push_back({std::move(record), /*deleted=*/true});
    return;
  }
  for (const Tag* tag : key.entry->tags) record.tags.push_back(tag->name);
  for (const Edge& edge : key.depends_on) {
    if (!edge.owned) continue;
    auto& names =
        edge.source->kind == NameKind::kKey ? record.depends_on_keys : record.depends_on_tags;
    names.push_back(edge.source->name);
  }
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
