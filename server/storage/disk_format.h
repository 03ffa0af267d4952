// SPDX-License-Identifier: Apache-2.0

// The format of a persistent store on disk: numbers, keys, histories and chunks.

#ifndef CACHE_INVALIDATION_SERVER_STORAGE_DISK_FORMAT_H_
#define CACHE_INVALIDATION_SERVER_STORAGE_DISK_FORMAT_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/storage/store.h"
#include "server/wire/chunk.h"
#include "server/wire/row.h"

namespace cache_invalidation::storage {

// Fixed-width numbers, most significant byte first, so that their bytewise order is their numeric
// order. `Number` is uint32_t or uint64_t.

template <typename Number>
void AppendBigEndian(Number value, std::string& out) {
  for (size_t shift = 8 * sizeof(Number); shift > 0; shift -= 8) {
    out.push_back(static_cast<char>(value >> (shift - 8)));
  }
}

// Removes a number from the front of `in`. Returns false, and changes nothing, if `in` is too
// short.
template <typename Number>
bool ConsumeBigEndian(absl::string_view& in, Number& value) {
  if (in.size() < sizeof(Number)) return false;
  value = 0;
  for (size_t i = 0; i < sizeof(Number); ++i) {
    value = static_cast<Number>(value << 8 | static_cast<uint8_t>(in[i]));
  }
  in.remove_prefix(sizeof(Number));
  return true;
}

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

// What a persistent store records about the chunks of a namespace. All 0 for a namespace without
// history.
struct History {
  RetainedRevisions retained;
  // The first position of the oldest kept chunk; `next` if no chunk is kept. Reads begin there,
  // because scanning over deleted chunks is slow.
  PartPosition oldest;
  // The first position of the next chunk.
  PartPosition next;

  bool operator==(const History&) const = default;
};

std::string EncodeHistory(const History& history);

// Fails with DATA_LOSS if EncodeHistory cannot have made `value`.
absl::StatusOr<History> DecodeHistory(absl::string_view namespace_name, absl::string_view value);

// A chunk as a value; its key holds the position of its first part. Format: the
// number of parts (4 bytes), the size of each (4 bytes; the highest bit marks the last part of its
// revision), the bytes. The position of every part follows from the key, because a chunk has no
// gaps.

// REQUIRES: the parts are contiguous and in order, without gaps, and take less than 2 GiB together.
std::string EncodeChunk(const wire::Chunk& chunk);

// Fails with DATA_LOSS if EncodeChunk cannot have made `value`.
absl::StatusOr<std::shared_ptr<const wire::Chunk>> DecodeChunk(absl::string_view namespace_name,
                                                               PartPosition first,
                                                               absl::string_view value);

}  // namespace cache_invalidation::storage

#endif  // CACHE_INVALIDATION_SERVER_STORAGE_DISK_FORMAT_H_
