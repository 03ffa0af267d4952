// SPDX-License-Identifier: Apache-2.0

// Graph: what the engine knows of keys and tags, and of what was computed from what.
//
// Edges run from a dependent key to its source: the key or tag it was computed from. An
// invalidation runs the other way. There are two kinds of ownership, and one edge can have both:
//   declared  by AddCacheDependency; outlives invalidations, ends when removed or expired;
//   owned     by the entry tracked under the dependent key; ends with the entry.
//
// A tracked entry hit through its own tags is not visited if nothing depends on it: only the tag's
// revision moves, and readers of the entry compare revisions (freshness.h). So an entry here may
// already be evicted. Entries with dependents are listed as carriers of their tags, so that a tag
// finds them. So are mixed entries, some copies of which may lack the tag: their key has to be
// named.

#ifndef CACHE_INVALIDATION_SERVER_ENGINE_GRAPH_H_
#define CACHE_INVALIDATION_SERVER_ENGINE_GRAPH_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/tag.h"
#include "server/engine/node.h"
#include "server/engine/record.h"

namespace cache_invalidation::engine {

// A tag with the entries that carry it.
struct Tag : Node {
  explicit Tag(absl::string_view name) : Node(NameKind::kTag, name), weight(WeightOf(name)) {}

  // The cost of looking at the tag, which includes every tag above it. Most have two levels.
  static uint32_t WeightOf(absl::string_view name) {
    return static_cast<uint32_t>(std::max<size_t>(2, LevelsOf(name)) - 1);
  }

  const uint32_t weight;

  // Entries that carry the tag and have dependents or are mixed; null if there are none.
  std::unique_ptr<KeySet> carriers;
  // The number of entries that carry the tag.
  uint32_t entries = 0;
  // Listed in Graph::loose_tags().
  bool loose = false;

  bool is_used() const { return entries != 0 || has_dependents(); }
  // Whether the tag is known only through events above the floor.
  bool is_remembered(uint64_t floor) const { return !is_used() && last_revision() > floor; }
};

struct TagBefore {
  using is_transparent = void;

  bool operator()(const Tag* a, const Tag* b) const { return a->name < b->name; }
  bool operator()(const Tag* a, absl::string_view b) const { return a->name < b; }
  bool operator()(absl::string_view a, const Tag* b) const { return a < b->name; }
};

// The entry tracked under a key, or its ghost.
struct Entry {
  std::vector<Tag*> tags;  // by name
  absl::Time expires = absl::InfiniteFuture();
  uint64_t fill_revision = 0;  // the head when it was tracked
  bool stale = false;          // carries a mark whose event is no longer retained
  bool ghost = false;          // untracked, or found expired: kept only for its dependents
  bool mixed = false;          // its fills had different tags, so some copy may lack one
  std::string fill_id;         // of the last fill; empty if that had none
  uint32_t owned = 0;          // edges
  uint32_t tag_weight = 0;     // of all tags
  uint32_t name_bytes = 0;     // of the tags and of the sources of owned edges

  size_t names() const { return tag_weight + owned; }
};

// What a fill says about its entry.
struct Fill {
  std::vector<Tag*> tags = {};
  std::vector<Node*> sources = {};
  absl::Time expires = absl::InfiniteFuture();
  uint64_t revision = 0;  // the head
  absl::string_view fill_id = {};
};

// A key with its entry, if it has one, and its edges.
struct Key : Node {
  explicit Key(absl::string_view name) : Node(NameKind::kKey, name) {}

  EdgeList depends_on;
  // No declared edge ends earlier, so most keys need not be searched for expired ones.
  absl::Time declared_until = absl::InfiniteFuture();
  std::unique_ptr<Entry> entry;
  // Its entry ended, expired or untracked, before this revision: a value loaded at an earlier
  // position may have been computed from that entry. 0: no end is remembered.
  uint64_t ended = 0;
  // The `evicted` that is stored with the key; 0 if it follows from events, or if there is none.
  uint64_t recorded = 0;
  // The command changed these rows; see Graph::PutChanges.
  bool entry_changed = false;
  bool revisions_changed = false;

  bool is_used() const { return entry != nullptr || !depends_on.empty() || has_dependents(); }
  // Whether anything is known of the key that is stored or follows from an event above the floor.
  // Otherwise the key can be removed.
  bool is_known(uint64_t floor) const {
    return is_used() || ended != 0 || recorded != 0 || last_revision() > floor;
  }

  // Returns null if there is none.
  const Edge* FindEdge(const Node* source) const {
    const auto edge = depends_on.Find(*source);
    return edge == depends_on.end() ? nullptr : &*edge;
  }
};

inline bool KeyBefore::operator()(const Key* a, const Key* b) const { return a->name < b->name; }
inline bool KeyBefore::operator()(const Key* a, absl::string_view b) const { return a->name < b; }
inline bool KeyBefore::operator()(absl::string_view a, const Key* b) const { return a < b->name; }

// A key ordered by the revision of something that happened to it, then by name.
struct KeyAt {
  uint64_t revision = 0;
  Key* key = nullptr;

  bool operator<(const KeyAt& other) const {
    if (revision != other.revision) return revision < other.revision;
    return key->name < other.key->name;
  }
};

// The size of all entries, ghosts included.
struct EntryUsage {
  uint64_t entries = 0;
  uint64_t parts = 0;  // entries, tags they carry, edges they own
};

// Owns the nodes and keeps edges, carriers and counts consistent. It has no revision and no time of
// its own. Changes are put into the delta as rows.
//
// Invariants:
//   1. d is in s.dependents iff d has an edge to s.
//   2. e is in t.carriers iff e has an entry with tag t, and it has dependents or is mixed.
//   3. walkable() holds exactly the tags with dependents or carriers.
//   4. Every tag that is not used is loose.
//   5. by_age() holds exactly the keys with an entry, under its fill revision.
//   6. ends() holds exactly the keys with `ended`, under it.
// Pointers stay valid until a Forget method removes a node that is no longer needed.
// Thread-compatible.
class Graph {
 public:
  // `delta` must outlive the graph.
  explicit Graph(Delta& delta) : delta_(delta) {}
  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;

  Tag& AddTag(absl::string_view name);
  Key& AddKey(absl::string_view name);
  // Return null if unknown.
  Tag* FindTag(absl::string_view name) const;
  Key* FindKey(absl::string_view name) const;

  // Keys and tags by name. walkable() lacks the tags that have neither an edge nor a carrier.
  using KeyIndex = absl::btree_map<absl::string_view, std::unique_ptr<Key>>;
  using TagIndex = absl::flat_hash_map<absl::string_view, std::unique_ptr<Tag>>;
  using WalkableTags = absl::btree_map<absl::string_view, Tag*>;
  const KeyIndex& keys() const { return keys_; }
  const TagIndex& tags() const { return tags_; }
  const WalkableTags& walkable() const { return walkable_; }
  // By name: every unused tag, and some that have come into use again.
  using LooseTags = absl::btree_set<Tag*, TagBefore>;

  using KeysByRevision = absl::btree_set<KeyAt>;
  // Every entry, ghosts included, oldest first.
  const KeysByRevision& by_age() const { return by_age_; }
  // Every key with a remembered end, oldest first.
  const KeysByRevision& ends() const { return ends_; }

  // Adds the declaration to the edge, keeping the later expiry. Returns true if the edge was not
  // declared before at `now`. REQUIRES: source is not the key itself.
  bool Declare(Key& key, Node& source, absl::Time expires, absl::Time now);
  // Ends the declaration, expired or not. Returns false if there was none.
  bool Undeclare(Key& key, const Node& source);
  // The same for a declared edge of the key. Returns the next edge.
  EdgeList::const_iterator Undeclare(Key& key, EdgeList::const_iterator edge);

  // Unites the fill with what the key's entry holds: the union of names, the later expiry. An entry
  // that was a ghost or stale no longer is; one that had other tags becomes mixed.
  void Track(Key& key, const Fill& fill);
  // The number of names (Entry::names) that the key's entry would have after Track.
  static size_t NamesWith(const Key& key, const Fill& fill);
  // REQUIRES: the key has an entry.
  void MakeGhost(Key& key);
  // Stores on the entry the mark of an event that is about to be forgotten. REQUIRES: an entry.
  void KeepStale(Key& key);
  // Removes the entry with its tags and owned edges, if there is one.
  void DropEntry(Key& key);
  // The number of parts that DropEntry would free. REQUIRES: an entry.
  static uint64_t PartsOf(const Key& key) { return 1 + key.entry->names(); }

  // Stores an eviction of the key that no event names.
  void RememberEvicted(Key& key, uint64_t revision);

  // Stores the end of the key's entry (Key::ended).
  void RememberEnd(Key& key, uint64_t revision);
  // Forgets the oldest end, and among equally old ones that of the smallest key. Returns its
  // revision. REQUIRES: there is one.
  uint64_t ForgetEnd();

  // Removes the key if it is unused and nothing happened to it after `floor`, and deletes its
  // stored revisions up to there. Returns the next key.
  KeyIndex::const_iterator ForgetKey(KeyIndex::const_iterator at, uint64_t floor);
  // The same for a loose tag; a used tag stops being loose. Returns the next tag.
  LooseTags::const_iterator ForgetTag(LooseTags::const_iterator at, uint64_t floor);
  const LooseTags& loose_tags() const { return loose_tags_; }

  // Puts one row into the delta for each entry, and for the revisions of each key, that changed
  // since the last call, by key. Rows of declarations are in the delta already.
  void PutChanges();

  void Load(const DependencyRecord& record);
  void Load(const EntryRecord& record);
  void Load(const KeyRevisionRecord& record);

  // See Engine::TakeApart.
  bool TakeApart(uint64_t& limit);

  uint64_t tracked_entries() const { return tracked_entries_; }
  uint64_t edges() const { return edges_; }
  uint64_t declared_edges() const { return declared_edges_; }
  EntryUsage entry_usage() const { return {by_age_.size(), entry_parts_}; }

 private:
  // Track without its row.
  void Unite(Key& key, const Fill& fill);
  // Whether the tags of the key's entry list it as a carrier.
  static bool IsCarrier(const Key& key) { return key.has_dependents() || key.entry->mixed; }
  void AddCarrierOfAll(Key& key) {
    for (Tag* tag : key.entry->tags) AddCarrier(*tag, key);
  }
  EdgeList::const_iterator AddEdge(Key& key, Node& source);
  // Removes the edge if it is neither declared nor owned. Returns the next edge.
  EdgeList::const_iterator DropUnowned(Key& key, EdgeList::const_iterator edge);
  void AddCarrier(Tag& tag, Key& key);
  void RemoveCarrier(Tag& tag, Key& key);
  void UpdateWalkable(Tag& tag);
  void Loosen(Tag& tag);
  Node& AddNode(NameKind kind, absl::string_view name);
  void EntryChanged(Key& key);
  void RevisionsChanged(Key& key);
  void PutChanges(Key& key);
  void PutEntry(const Key& key);
  void PutRevisions(const Key& key);
  void PutDependency(const Key& key, const Edge& edge, bool deleted);

  Delta& delta_;
  // Keys with changed rows.
  KeySet changed_;
  KeyIndex keys_;
  TagIndex tags_;
  WalkableTags walkable_;
  LooseTags loose_tags_;
  uint64_t tracked_entries_ = 0;
  uint64_t edges_ = 0;
  uint64_t declared_edges_ = 0;
  KeysByRevision by_age_;
  KeysByRevision ends_;
  uint64_t entry_parts_ = 0;
  // The progress of TakeApart.
  std::optional<KeyIndex::iterator> taken_keys_;
  std::optional<TagIndex::iterator> taken_tags_;
};

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_GRAPH_H_
