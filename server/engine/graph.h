// Graph: what the engine knows of keys and tags, and of what was computed from what.
//
// Edges run from a dependent key to its source: the key or tag it was computed from. An
// invalidation runs the other way. There are two kinds of ownership, and one edge may have both:
//   declared  by AddCacheDependency; outlives invalidations, ends when removed or expired;
//   owned     by the entry tracked under the dependent key; ends with the entry.
//
// A tracked entry hit through its own tags is not visited when nothing depends on it: the tag only
// moves its revision, and whoever looks at the entry compares (freshness.h). So an entry here may
// be dead already. Entries that have dependents are listed with their tags as carriers, so that a
// tag finds them; and so are mixed ones, whose copies do not all carry the tag, because their key
// has to be named.

#ifndef CACHE_INVALIDATION_SERVER_ENGINE_GRAPH_H_
#define CACHE_INVALIDATION_SERVER_ENGINE_GRAPH_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/engine/query.h"
#include "server/engine/record.h"

namespace cache_invalidation::engine {

struct Key;

// Iterated only where the order cannot be seen.
using KeySet = absl::flat_hash_set<Key*>;

// A name that can be invalidated and depended on.
struct Node {
  Node(NameKind kind, absl::string_view name) : kind(kind), name(name) {}

  const NameKind kind;
  const std::string name;
  // The last revisions that evicted it or marked it stale; 0: none that is remembered. Up to the
  // floor they say nothing any more: whoever compares with them compares with later revisions.
  uint64_t evicted = 0;
  uint64_t staled = 0;
  // Keys with an edge to it; null while there is none.
  std::unique_ptr<KeySet> dependents;

  bool has_dependents() const { return dependents != nullptr; }
  uint64_t last_revision() const { return evicted > staled ? evicted : staled; }
};

struct Tag : Node {
  explicit Tag(absl::string_view name) : Node(NameKind::kTag, name) {}

  // Entries that carry the tag and have dependents or are mixed; null while there is none.
  std::unique_ptr<KeySet> carriers;
  // How many entries carry the tag.
  uint32_t entries = 0;
  // Stands in the graph's list of tags that may be of no use.
  bool loose = false;

  bool is_used() const { return entries != 0 || has_dependents(); }
};

struct Edge {
  Node* source = nullptr;
  bool declared = false;
  bool owned = false;
  absl::Time expires = absl::InfiniteFuture();  // of the declaration

  bool declared_at(absl::Time now) const { return declared && expires > now; }
};

struct Entry {
  std::vector<Tag*> tags;  // by name
  absl::Time expires = absl::InfiniteFuture();
  uint64_t fill_revision = 0;  // the head when it was tracked
  bool stale = false;          // carries a mark whose event is no longer retained
  bool ghost = false;          // untracked, or found expired: kept only for what depends on it
  bool mixed = false;          // its fills had different tags, so that some copy may lack one
  std::string fill_id;         // of the last fill; empty if that had none
};

// What a fill says of its entry.
struct Fill {
  std::vector<Tag*> tags = {};
  std::vector<Node*> sources = {};
  absl::Time expires = absl::InfiniteFuture();
  uint64_t revision = 0;  // the head
  absl::string_view fill_id = {};
};

struct Key : Node {
  explicit Key(absl::string_view name) : Node(NameKind::kKey, name) {}

  std::vector<Edge> depends_on;  // one per source, in no particular order
  std::unique_ptr<Entry> entry;
  // Its entry ended, by time or untracked, before this revision: whoever stands before it may have
  // computed something from what the entry stood for. 0: no end is remembered.
  uint64_t ended = 0;
  // The `evicted` that is stored with the key; 0: events tell it, or there is none.
  uint64_t recorded = 0;

  bool is_used() const { return entry != nullptr || !depends_on.empty() || has_dependents(); }

  Edge* FindEdge(const Node* source);
  const Edge* FindEdge(const Node* source) const;
};

// Orders by name, a tag before the key of the same name.
bool NodeBefore(const Node& a, const Node& b);

// A key in the order of something that happened to it: by revision, then by name.
struct KeyAt {
  uint64_t revision = 0;
  Key* key = nullptr;

  bool operator<(const KeyAt& other) const {
    if (revision != other.revision) return revision < other.revision;
    return key->name < other.key->name;
  }
};

// What entries take, ghosts included.
struct EntryUsage {
  uint64_t entries = 0;
  uint64_t parts = 0;  // entries, tags they carry, edges they own
};

// Owns the nodes and keeps edges, carriers and counts consistent. It knows no revisions and no time
// of its own; every change of a row goes to the delta it was given.
//
// Invariants:
//   1. d is in s.dependents iff d has an edge to s.
//   2. e is in t.carriers iff e has an entry with tag t, and it has dependents or is mixed.
//   3. walkable() holds exactly the tags with dependents or carriers.
//   4. Every tag that is not used is loose.
//   5. by_age() holds exactly the keys with an entry, under its fill revision.
//   6. ends() holds exactly the keys with `ended`, under it.
// Pointers stay valid until a Forget method finds that nothing needs them. Thread-compatible.
class Graph {
 public:
  // `delta` must outlive the graph.
  explicit Graph(Delta& delta) : delta_(delta) {}
  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;

  Tag& AddTag(absl::string_view name);
  Key& AddKey(absl::string_view name);
  // Null if unknown.
  Tag* FindTag(absl::string_view name) const;
  Key* FindKey(absl::string_view name) const;

  // Keys and tags by name. Tags that no edge and no carrier needs are not among the walkable ones.
  using KeyIndex = absl::btree_map<absl::string_view, std::unique_ptr<Key>>;
  using TagIndex = absl::flat_hash_map<absl::string_view, std::unique_ptr<Tag>>;
  using WalkableTags = absl::btree_map<absl::string_view, Tag*>;
  const KeyIndex& keys() const { return keys_; }
  const TagIndex& tags() const { return tags_; }
  const WalkableTags& walkable() const { return walkable_; }

  using KeysByRevision = absl::btree_set<KeyAt>;
  // Every entry, ghosts included, the oldest first.
  const KeysByRevision& by_age() const { return by_age_; }
  // Every key with a remembered end, the oldest first.
  const KeysByRevision& ends() const { return ends_; }

  // Adds the declaration to the edge, keeping the later expiry. True if it was not declared before
  // at `now`. REQUIRES: source is not the key itself.
  bool Declare(Key& key, Node& source, absl::Time expires, absl::Time now);
  // Ends the declaration. True if there was one, expired or not.
  bool Undeclare(Key& key, Node& source);

  // Makes the key's entry what the fill says, together with what it already holds: the union, the
  // later expiry. An entry that was a ghost or stale is no longer one; one that had other tags is
  // mixed from then on.
  void Track(Key& key, const Fill& fill);
  // REQUIRES: the key has an entry.
  void MakeGhost(Key& key);
  // Puts the mark of an event that is about to be forgotten on the entry. REQUIRES: an entry.
  void KeepStale(Key& key);
  // Ends the entry with its tags and owned edges, if there is one.
  void DropEntry(Key& key);
  // What that would free. REQUIRES: an entry.
  static uint64_t PartsOf(const Key& key);

  // Remembers a revision that no event names the key at.
  void RememberEvicted(Key& key, uint64_t revision);

  // Remembers that the key's entry ended, as Key::ended says.
  void RememberEnd(Key& key, uint64_t revision);
  // Forgets the oldest of these ends, of equally old ones the smallest key's; answers its revision.
  // REQUIRES: there is one.
  uint64_t ForgetEnd();

  // Forgets the key if it is not used and nothing happened to it after `floor`, and what is stored
  // of its revisions up to there. Answers the key behind it.
  KeyIndex::const_iterator ForgetKey(KeyIndex::const_iterator at, uint64_t floor);
  // Does the same for the loose tag that was looked at least recently; used ones are loose no
  // longer. Answers its last revision if that is all that is known of it, otherwise 0. REQUIRES:
  // loose_tags() > 0.
  uint64_t ForgetTag(uint64_t floor);
  size_t loose_tags() const { return loose_tags_.size(); }

  void Load(const DependencyRecord& record);
  void Load(const EntryRecord& record);
  void Load(const KeyRevisionRecord& record);

  uint64_t tracked_entries() const { return tracked_entries_; }
  uint64_t edges() const { return edges_; }
  uint64_t declared_edges() const { return declared_edges_; }
  EntryUsage entry_usage() const { return {by_age_.size(), entry_parts_}; }

 private:
  // Track, without its row.
  void Unite(Key& key, const Fill& fill);
  // Whether the tags of the key's entry find it.
  static bool IsCarrier(const Key& key) { return key.has_dependents() || key.entry->mixed; }
  void AddCarrierOfAll(Key& key);
  Edge& AddEdge(Key& key, Node& source);
  // Removes the edge if it is neither declared nor owned.
  void DropUnownedEdge(Key& key, Node& source);
  void AddCarrier(Tag& tag, Key& key);
  void RemoveCarrier(Tag& tag, Key& key);
  void UpdateWalkable(Tag& tag);
  void Loosen(Tag& tag);
  Node& AddNode(NameKind kind, absl::string_view name);
  void PutEntry(const Key& key);
  void PutRevisions(const Key& key);
  void PutDependency(const Key& key, const Edge& edge, bool deleted);

  Delta& delta_;
  KeyIndex keys_;
  TagIndex tags_;
  WalkableTags walkable_;
  // Tags that were not used at some time since they were looked at.
  std::deque<Tag*> loose_tags_;
  uint64_t tracked_entries_ = 0;
  uint64_t edges_ = 0;
  uint64_t declared_edges_ = 0;
  KeysByRevision by_age_;
  KeysByRevision ends_;
  uint64_t entry_parts_ = 0;
};

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_GRAPH_H_
