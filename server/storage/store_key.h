#ifndef CACHE_INVALIDATION_SERVER_STORAGE_STORE_KEY_H_
#define CACHE_INVALIDATION_SERVER_STORAGE_STORE_KEY_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "server/storage/store.h"
#include "server/wire/row.h"

namespace cache_invalidation::storage {

// The keys under which a persistent store keeps things. They stand on disks: changing one takes a
// new schema version.
//
//   namespace   length of the name (1 byte), name       what every key of the namespace begins with
//   row         namespace, kind (1 byte), identity
//   chunk       namespace, revision (8 bytes), part (4 bytes) of its first entry
//
// The length makes no name's keys begin with those of another. Bytewise order is the order of
// identities within a kind and of the history within a namespace, but not that of namespaces.

// REQUIRES of all: the name has at most kMaxStoredNameBytes.
inline constexpr size_t kMaxStoredNameBytes = 254;

std::string NamespaceKey(absl::string_view namespace_name);
std::string RowKindKey(absl::string_view namespace_name, wire::RowKind kind);
std::string RowKey(absl::string_view namespace_name, wire::RowKind kind,
                   absl::string_view identity);
std::string ChunkKey(absl::string_view namespace_name, EntryPosition first);

// The least key that is greater than all that begin with `prefix`, one of the above.
std::string EndOfPrefix(std::string prefix);

// The name that a key begins with; absent if it begins with none. A view into the key.
std::optional<absl::string_view> NamespaceOfKey(absl::string_view key);
// Where the chunk of that key begins; absent if it is no chunk's key.
std::optional<EntryPosition> PositionOfChunkKey(absl::string_view key);

}  // namespace cache_invalidation::storage

#endif  // CACHE_INVALIDATION_SERVER_STORAGE_STORE_KEY_H_
