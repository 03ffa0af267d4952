// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_NAME_INDEX_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_NAME_INDEX_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "client/internal/cache/entry.h"

namespace cache_invalidation::client::internal {

// A tag or key, and the entries that carry it or were computed from it. Tags form trees.
struct NameNode {
  std::string name = {};
  bool is_tag = false;
  NameLink* links = nullptr;
  NameNode* above = nullptr;
  NameNode* first_below = nullptr;
  NameNode* next_beside = nullptr;
  NameNode* previous_beside = nullptr;
};

// Finds the entries of one shard by the names that invalidate them, other than their own keys.
//
// A name is held while an entry has it, and a tag while one below it is held. Cost: linking and
// unlinking are linear in the names of the entry, finding in the entries found.
//
// Thread-compatible.
class NameIndex {
 public:
  NameIndex() = default;
  NameIndex(const NameIndex&) = delete;
  NameIndex& operator=(const NameIndex&) = delete;

  // REQUIRES: the entry is not linked, and the names are canonical. The entry must be unlinked
  // before it or the index is destroyed.
  void Link(Entry& entry, const EntryNames& names);
  void Unlink(Entry& entry);

  // Returns the names that the entry was linked with.
  static EntryNames NamesOf(const Entry& entry);

  // Each visits entries, some possibly more than once. No entry may be unlinked during it.
  using Visit = absl::FunctionRef<void(Entry&)>;
  // Visits those with the tag or one below it.
  void ForEachUnderTag(absl::string_view tag, Visit visit) const;
  // Visit those that were computed from the key, or from a key that `matches` accepts.
  void ForEachOfKey(absl::string_view key, Visit visit) const;
  void ForEachOfKeys(absl::FunctionRef<bool(absl::string_view)> matches, Visit visit) const;

  // Adds the keys that entries were computed from.
  void AddKeysTo(std::vector<std::string>& keys) const;

  // The number of names held.
  size_t size() const { return tags_.size() + keys_.size(); }

 private:
  struct Hash {
    using is_transparent = void;
    size_t operator()(absl::string_view name) const { return KeyHash(name); }
    size_t operator()(const std::unique_ptr<NameNode>& node) const { return KeyHash(node->name); }
  };
  struct Equal {
    using is_transparent = void;
    static absl::string_view Name(absl::string_view name) { return name; }
    static absl::string_view Name(const std::unique_ptr<NameNode>& node) { return node->name; }
    template <typename A, typename B>
    bool operator()(const A& a, const B& b) const {
      return Name(a) == Name(b);
    }
  };
  using Nodes = absl::flat_hash_set<std::unique_ptr<NameNode>, Hash, Equal>;

  NameNode& TagNode(absl::string_view tag);
  NameNode& KeyNode(absl::string_view key);
  // Drops the node and those above it, unless they are needed.
  void DropUnneeded(NameNode* node);

  Nodes tags_;
  Nodes keys_;
};

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_NAME_INDEX_H_
