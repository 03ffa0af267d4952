#ifndef CACHE_INVALIDATION_SERVER_STORAGE_HISTORY_H_
#define CACHE_INVALIDATION_SERVER_STORAGE_HISTORY_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/storage/store.h"
#include "server/wire/chunk.h"

namespace cache_invalidation::storage {

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

// A chunk as a value; its key holds the position of its first part (store_key.h). Format: the
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

#endif  // CACHE_INVALIDATION_SERVER_STORAGE_HISTORY_H_
