#ifndef CACHE_INVALIDATION_SERVER_STORAGE_STORE_KEY_H_
#define CACHE_INVALIDATION_SERVER_STORAGE_STORE_KEY_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "server/storage/store.h"
#include "server/wire/row.h"

namespace cache_invalidation::storage {

// The keys of a persistent store. They are part of the format on disk: changing them requires a new
// schema version.
//
//   namespace   length of the name (1 byte), name       prefix of every key of the namespace
//   row         namespace, kind (1 byte), identity
//   chunk       namespace, revision (8 bytes), part (4 bytes) of its first part
//
// Because of the length, the keys of one namespace are never a prefix of those of another. Bytewise
// order is the order of identities within a kind and of the history within a namespace, but not
// that of namespaces.

// REQUIRES for all: the name has at most kMaxStoredNameBytes.
inline constexpr size_t kMaxStoredNameBytes = 254;

std::string NamespaceKey(absl::string_view namespace_name);
std::string RowKindKey(absl::string_view namespace_name, wire::RowKind kind);
std::string RowKey(absl::string_view namespace_name, wire::RowKind kind,
                   absl::string_view identity);
std::string ChunkKey(absl::string_view namespace_name, PartPosition first);

// Returns the least key that is greater than all keys that begin with `prefix`, which is one of the
// above.
std::string EndOfPrefix(std::string prefix);

// Returns the namespace that a key begins with, as a view into the key; absent if there is none.
std::optional<absl::string_view> NamespaceOfKey(absl::string_view key);
// Returns the first position of the chunk; absent if the key is not a chunk's.
std::optional<PartPosition> PositionOfChunkKey(absl::string_view key);

}  // namespace cache_invalidation::storage

#endif  // CACHE_INVALIDATION_SERVER_STORAGE_STORE_KEY_H_
